using System.Text;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Normalizers;

/// <summary>Puts a fixed text in place of each match; the text stems from the last character of the match.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        var spans = new List<Stretch>();
        pattern.FindMatches(text, spans);
        if (!spans.Exists(s => s.IsMatch))
            return text;
        var result = new StringBuilder(text.Length);
        int before = origin;
        origin = 0;
        foreach (Stretch span in spans)
        {
            if (span.IsMatch)
            {
                result.Append(content);
                ComponentLimits.CheckGrowth(text.Length, result.Length);
                origin += span.End <= before ? content.Length : 0;
            }
            else
            {
                result.Append(text, span.Start, span.End - span.Start);
                origin += Math.Max(0, Math.Min(span.End, before) - span.Start);
            }
        }
        return result.ToString();
    }
}
