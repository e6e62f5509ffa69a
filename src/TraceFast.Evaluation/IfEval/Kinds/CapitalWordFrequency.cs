using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Words;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>change_case:capital_word_frequency: how many of NLTK's word tokens are all capitals.</summary>
internal sealed class CapitalWordFrequency(Relation relation) : IInstruction
{
    public string Request => $"{relation} words in capitals";

    public static IInstruction Read(InstructionArguments arguments) => new CapitalWordFrequency(arguments.Relation("capital_relation", "capital_frequency"));

    public Finding Check(string text)
    {
        List<TextSpan> places = [];
        int count = 0, from = 0;
        foreach (string word in TreebankWords.Of(text))
            if (PythonString.IsUpper(word))
            {
                count++;
                int at = text.IndexOf(word, from, StringComparison.Ordinal);
                if (at >= 0)
                {
                    places.Add(new TextSpan(at, word.Length));
                    from = at + word.Length;
                }
            }
        return new Finding(relation.Holds(count), $"{count} words in capitals", places);
    }
}
