using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>punctuation:no_comma: no U+002C.</summary>
internal sealed class NoComma : IInstruction
{
    public string Request => "no commas";

    public static IInstruction Read(InstructionArguments arguments) => new NoComma();

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> commas = TextParts.Where(text, c => c == ',');
        return new Finding(commas.Count == 0, $"{commas.Count} commas", commas);
    }
}
