using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using TraceFast.Data.CodePoints;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// A regular expression with the semantics of Python 3.11's re on str: code points, Python's \w, \s and \d, its case folding, its order of
/// matches and its rule for empty ones. Run by .NET's engine, which differs in each of these: <see cref="PythonTranslator"/> writes them
/// out.
/// </summary>
internal sealed class PythonRegex
{
    private readonly TranslatedRegex _translation;
    private readonly CodePointRegex _regex;
    private CodePointRegex? _notEmptyHere;

    private PythonRegex(string pattern, TranslatedRegex translation)
    {
        Pattern = pattern;
        _translation = translation;
        _regex = new CodePointRegex(translation);
    }

    public string Pattern { get; }

    /// <summary>How many capturing groups it has.</summary>
    public int Groups => _translation.Groups;

    // An empty match may not follow an empty one at its place; \G is the place where the search starts.
    private CodePointRegex NotEmptyHere =>
        _notEmptyHere ??= new CodePointRegex(_translation with { Pattern = $@"(?:{_translation.Pattern})(?!\G)" });

    /// <exception cref="RegexSyntaxException">Python would raise re.error.</exception>
    public static PythonRegex Parse(string pattern, bool ignoreCase = false, bool multiLine = false) =>
        new(pattern, PythonTranslator.Translate(pattern, ignoreCase, multiLine));

    /// <summary>re.escape: a pattern that matches this text alone.</summary>
    public static string Escape(string text) =>
        string.Concat(text.Select(c => "()[]{}?*+-|^$\\.&~# \t\n\r\v\f".Contains(c) ? $"\\{c}" : $"{c}"));

    /// <summary>re.search: whether it matches somewhere.</summary>
    /// <exception cref="RegexBudgetException">It backtracks without end.</exception>
    public bool IsMatch(string text) => Matches(text).Any();

    /// <summary>
    /// re.finditer: non-overlapping matches from the left; an empty one may follow another match directly but not itself.
    /// </summary>
    /// <exception cref="RegexBudgetException">It backtracks without end.</exception>
    public IEnumerable<RegexMatch> Matches(string text)
    {
        MatchTime time = new();
        time.Renew(text.Length);
        (Regex engine, string seen, int[]? units) = Prepare(_regex, text);
        Regex? notEmpty = null;
        int from = 0;
        bool wasEmpty = false;
        while (from <= seen.Length)
        {
            time.Start();
            Match match = FirstMatch(wasEmpty ? notEmpty ??= Prepare(NotEmptyHere, text).Regex : engine, seen, from);
            if (!match.Success)
                yield break;
            bool hasTime = time.Spend();
            yield return new RegexMatch(text, match, units);
            if (!hasTime)
                throw new RegexBudgetException(Pattern);
            (from, wasEmpty) = (match.Index + match.Length, match.Length == 0);
        }
    }

    /// <summary>re.sub with the groups of each match at hand.</summary>
    public string Replace(string text, Action<RegexMatch, StringBuilder> write)
    {
        StringBuilder? result = null;
        int done = 0;
        foreach (RegexMatch match in Matches(text))
        {
            result ??= new StringBuilder(text.Length + 16);
            result.Append(text, done, match.TextSpan.Start - done);
            write(match, result);
            done = match.TextSpan.Start + match.TextSpan.Length;
        }
        return result == null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private static (Regex Regex, string Seen, int[]? Units) Prepare(CodePointRegex regex, string text)
    {
        Regex engine = regex.For(text, out char[] points, out int count, out int[]? units);
        string seen = new(points, 0, count);
        ArrayPool<char>.Shared.Return(points);
        return (engine, seen, units);
    }

    private Match FirstMatch(Regex engine, string text, int from)
    {
        try
        {
            try
            {
                return engine.Match(text, from);
            }
            catch (RegexMatchTimeoutException)
            {
                return engine.Match(text, from); // the process may have been suspended
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw new RegexBudgetException(Pattern);
        }
    }
}

/// <summary>One match.</summary>
/// <param name="units">Where each code point lies in the text; null where it has as many as units.</param>
internal sealed class RegexMatch(string text, Match match, int[]? units)
{
    /// <summary>In UTF-16 units.</summary>
    public TextSpan TextSpan => new(Unit(match.Index), Text.Length);

    public ReadOnlySpan<char> Text => Group(0);

    /// <summary>What a group matched; empty where it took no part.</summary>
    public ReadOnlySpan<char> Group(int index) =>
        match.Groups[index] is { Success: true } group ? text.AsSpan()[Unit(group.Index)..Unit(group.Index + group.Length)] : default;

    public bool HasGroup(int index) => match.Groups[index].Success;

    /// <summary>Start and end of a group in code points; -1 where it took no part.</summary>
    public int[] Span(int index) => match.Groups[index] is { Success: true } group ? [group.Index, group.Index + group.Length] : [-1, -1];

    /// <summary>Start of a group in UTF-16 units.</summary>
    public int GroupStart(int index) => Unit(match.Groups[index].Index);

    private int Unit(int codePoint) => units is null ? codePoint : units[codePoint];
}

/// <summary>A search took longer than is allowed for its text: the pattern backtracks without end.</summary>
internal sealed class RegexBudgetException(string pattern) : Exception($"the pattern '{pattern}' takes too long on this text");
