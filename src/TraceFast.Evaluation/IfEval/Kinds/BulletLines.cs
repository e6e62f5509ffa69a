using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// The matches of the multi-line patterns <c>^\s*\*[^\*].*$</c> and <c>^\s*-.*$</c> in time linear in the text: white space before the mark may span lines,
/// and a lone star takes the line feed after it and the next line.
/// </summary>
internal static class BulletLines
{
    public static IEnumerable<TextSpan> Stars(string text) => Find(text, '*', notDoubled: true);

    public static IEnumerable<TextSpan> Dashes(string text) => Find(text, '-', notDoubled: false);

    private static IEnumerable<TextSpan> Find(string text, char mark, bool notDoubled)
    {
        int line = 0;
        while (line >= 0 && line < text.Length)
        {
            int at = line;
            while (at < text.Length && CharacterClasses.IsSpace(text[at]))
                at++;
            int after = at + 1;
            bool found = at < text.Length && text[at] == mark && (!notDoubled || (after < text.Length && text[after] != mark));
            int end = Math.Min(found && notDoubled ? after + 1 : after, text.Length);
            if (found)
            {
                end = LineEnd(text, end);
                yield return new TextSpan(line, end - line);
            }
            line = end > 0 && text[end - 1] == '\n' && end > line ? end : LineEnd(text, end) + 1;
        }
    }

    private static int LineEnd(string text, int from) => text.IndexOf('\n', from) is >= 0 and int end ? end : text.Length;
}
