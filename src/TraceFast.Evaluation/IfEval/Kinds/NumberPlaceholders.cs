using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>detectable_content:number_placeholders: [ to the next ] on one line; at least so many.</summary>
internal sealed class NumberPlaceholders(int count) : IInstruction
{
    public string Request => $"at least {count} placeholders such as [address]";

    public static IInstruction Read(InstructionArguments arguments) => new NumberPlaceholders(arguments.Number("num_placeholders"));

    public Finding Check(string text)
    {
        List<TextSpan> found = [];
        for (int open = text.IndexOf('['); open >= 0; open = text.IndexOf('[', open))
        {
            int end = text.AsSpan(open).IndexOfAny(']', '\n');
            if (end < 0)
                break;
            if (text[open + end] == ']')
                found.Add(new TextSpan(open, end + 1));
            open += end + 1;
        }
        return new Finding(found.Count >= count, $"{found.Count} placeholders", found);
    }
}
