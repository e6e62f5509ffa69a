using System.Buffers;
using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// length_constraints:nth_paragraph_first_word: parts between two line feeds; as many non-blank ones as asked for, and the nth of all parts begins with
/// the word (quotes before it and anything from . , ? ! ' " on are cut off).
/// </summary>
internal sealed class NthParagraphFirstWord(int paragraphs, int nth, string word) : IInstruction
{
    private static readonly PythonRegex s_break = PythonRegex.Parse(@"\n\n");

    private static readonly SearchValues<char> s_stops = SearchValues.Create(".,?!'\"");

    public string Request => $"{paragraphs} paragraphs, number {nth} starting with \"{word}\"";

    public static IInstruction Read(InstructionArguments arguments)
    {
        int paragraphs = arguments.Number("num_paragraphs"), nth = arguments.Number("nth_paragraph");
        if (nth == 0 || nth > paragraphs)
            throw arguments.Error($"'nth_paragraph' is {nth} of {paragraphs} paragraphs (the official scorer would draw one at random)");
        return new NthParagraphFirstWord(paragraphs, nth, PythonString.Lower(arguments.Text("first_word")));
    }

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_break, text);
        int count = parts.Count(p => !PythonString.IsBlank(text.AsSpan(p.Start, p.Length)));
        if (nth > count)
            return new Finding(false, $"{count} paragraphs");
        string paragraph = text.Substring(parts[nth - 1].Start, parts[nth - 1].Length);
        if (PythonString.IsBlank(paragraph))
            return new Finding(false, $"part {nth} is blank", [parts[nth - 1]]);
        (string first, TextSpan place) = FirstWord(paragraph);
        bool followed = count == paragraphs && first == word;
        return new Finding(followed, $"{count} paragraphs, number {nth} starts with \"{first}\"", [new TextSpan(parts[nth - 1].Start + place.Start, place.Length)]);
    }

    private static (string Word, TextSpan Place) FirstWord(string paragraph)
    {
        int start = PythonString.StripRange(paragraph).Start.Value, end = start;
        while (end < paragraph.Length && !CharacterClasses.IsSpace(paragraph[end]))
            end++;
        ReadOnlySpan<char> word = paragraph.AsSpan(start, end - start).TrimStart('\'').TrimStart('"');
        int stop = word.IndexOfAny(s_stops);
        // Letter by letter: no rule for final sigma.
        string first = string.Concat((stop < 0 ? word : word[..stop]).ToString().EnumerateRunes().Select(r => PythonString.Lower(r.ToString() + "\0").TrimEnd('\0')));
        return (first, new TextSpan(start, end - start));
    }
}
