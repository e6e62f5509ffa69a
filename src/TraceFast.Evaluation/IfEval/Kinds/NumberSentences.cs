using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>length_constraints:number_sentences: how many sentences Punkt finds.</summary>
internal sealed class NumberSentences(Relation relation) : IInstruction
{
    public string Request => $"{relation} sentences";

    public static IInstruction Read(InstructionArguments arguments) => new NumberSentences(arguments.Relation("relation", "num_sentences"));

    public Finding Check(string text)
    {
        int count = PunktSentences.Of(text).Count;
        return new Finding(relation.Holds(count), $"{count} sentences");
    }
}
