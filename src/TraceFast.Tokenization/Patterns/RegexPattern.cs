using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Data;
using TraceFast.Data.CodePoints;

namespace TraceFast.Tokenization.Patterns;

/// <summary>A regular expression in Oniguruma's syntax, translated to .NET's and matched over code points.</summary>
internal sealed class RegexPattern : IPattern
{
    private readonly CodePointRegex _regex;

    /// <exception cref="RegexSyntaxException">The pattern is malformed, or uses a construct that is not supported.</exception>
    public RegexPattern(string pattern) => _regex = new CodePointRegex(OnigurumaTranslator.Translate(pattern));

    public void FindMatches(ReadOnlySpan<char> text, List<PieceSpan> spans)
    {
        if (text.IsEmpty)
        {
            spans.Add(new PieceSpan(0, 0, false));
            return;
        }
        Regex engine = _regex.For(text, out char[] points, out int count, out int[]? units);
        int first = spans.Count;
        try
        {
            FindMatches(engine, points.AsSpan(0, count), spans);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(points);
        }
        if (units is not null)
            for (int i = first; i < spans.Count; i++)
                spans[i] = spans[i] with { Start = units[spans[i].Start], End = units[spans[i].End] };
    }

    private static void FindMatches(Regex engine, ReadOnlySpan<char> text, List<PieceSpan> spans)
    {
        MatchTime time = MatchingBudget.Time;
        time.Start();
        int from = 0, done = 0, matched = -1, stopped = -1;
        while (from <= text.Length)
        {
            try
            {
                bool isEmpty = false;
                Regex.ValueMatchEnumerator matches = engine.EnumerateMatches(text, from);
                while (!isEmpty && matches.MoveNext())
                {
                    int start = matches.Current.Index, end = start + matches.Current.Length;
                    isEmpty = start == end;
                    // No empty match right after a match.
                    if (!isEmpty || start != matched)
                    {
                        if (done < start)
                            spans.Add(new PieceSpan(done, start, false));
                        spans.Add(new PieceSpan(start, end, true));
                        done = matched = end;
                    }
                    // After an empty match the search starts one further.
                    from = isEmpty ? end + 1 : end;
                    if (!time.Spend())
                        throw TakesTooLong(text);
                }
                if (!isEmpty)
                    break;
            }
            catch (RegexMatchTimeoutException) when (stopped != from)
            {
                stopped = from;
            }
            catch (RegexMatchTimeoutException)
            {
                throw TakesTooLong(text);
            }
        }
        if (done < text.Length)
            spans.Add(new PieceSpan(done, text.Length, false));
    }

    private static InputException TakesTooLong(ReadOnlySpan<char> text) => new(string.Create(CultureInfo.InvariantCulture,
        $"the tokenizer's regular expression takes too long on a text of {text.Length} characters; expected a pattern that takes a time "
        + $"proportional to the text's length"));
}
