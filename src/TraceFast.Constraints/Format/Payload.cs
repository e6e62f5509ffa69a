using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// The answer as data: all of it without blanks around, or what stands within one code fence around all of it. A word before or behind the data is no data;
/// a fence is only how a chat shows it.
/// </summary>
internal static class Payload
{
    public static ReadOnlySpan<char> Of(Response response)
    {
        ReadOnlySpan<char> text = response.Text.AsSpan().Trim();
        if (text is not ['`' or '~', ..] || response.Markdown.CodeBlocks is not [{ IsClosed: true } only] || only.Span.Length != text.Length)
            return text;
        return response.Span(only.Code).Trim();
    }
}
