using System.Buffers;
using System.Globalization;
using System.Text;

namespace TraceFast.Data;

/// <summary>
/// Text for people in which nothing acts on a terminal: control characters (C0, DEL, C1), line and paragraph separators and the characters
/// that turn the direction of writing are shown as escapes (\n, \t, \u001b, \u202e), since names, keys and messages from input may hold
/// them to forge lines or to change the terminal.
/// </summary>
public static class TerminalText
{
    private static readonly SearchValues<char> s_acting = SearchValues.Create(Acting());

    /// <summary>One line; the same string where there is nothing to escape.</summary>
    public static string OneLine(string text) => Escape(text, keepLines: false);

    /// <summary>The same, with the line ends (\n) of a text that is made of lines.</summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        int at = text.AsSpan().IndexOfAny(s_acting);
        if (at < 0)
            return text;
        StringBuilder escaped = new(text.Length + 16);
        escaped.Append(text, 0, at);
        foreach (char c in text.AsSpan(at))
        {
            if (!s_acting.Contains(c) || (keepLines && c == '\n'))
                escaped.Append(c);
            else
                escaped.Append(
                    c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t",
                        _ => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture) });
        }

        return escaped.ToString();
    }

    private static string Acting() => string.Concat(
        Range('\0', '\x1f'), Range('\x7f', '\x9f'),
        "\u061c\u200e\u200f", Range('\u2028', '\u202e'), Range('\u2066', '\u2069'));

    private static string Range(char first, char last) => string.Concat(Enumerable.Range(first, last - first + 1).Select(c => (char)c));
}

/// <summary>
/// A writer of text for people: what it gets is escaped by <see cref="TerminalText"/>. <c>WriteLine</c> writes one line whatever the text
/// holds; in <c>Write</c> line ends are line ends.
/// </summary>
public sealed class TerminalTextWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(TerminalText.Lines(value.ToString()));

    public override void Write(string? value) => inner.Write(TerminalText.Lines(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(TerminalText.OneLine(value ?? ""));

    public override void Flush() => inner.Flush();
}
