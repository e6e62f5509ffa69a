using System.Text;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Normalizers;

/// <summary>Puts a fixed text in place of each match.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public string Normalize(string text)
    {
        var spans = new List<Stretch>();
        pattern.FindMatches(text, spans);
        if (!spans.Exists(s => s.IsMatch))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (Stretch span in spans)
        {
            if (span.IsMatch)
                result.Append(content);
            else
                result.Append(text, span.Start, span.End - span.Start);
        }
        return result.ToString();
    }
}
