using System.Text;
using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// A regular expression with the semantics of Python 3.11's re on str: code points, Python's \w, \s and \d, its case folding, its order of matches and its
/// rule for empty ones. .NET's own engine differs in each of these.
/// </summary>
internal sealed class PythonRegex
{
    private const long LeastBudget = 2_000_000;
    private const long BudgetPerCodePoint = 500;

    private readonly RegexProgram program;
    private readonly FirstCharacters? first;

    private PythonRegex(string pattern, RegexNode root, int groups)
    {
        Pattern = pattern;
        Groups = groups;
        program = RegexProgram.Compile(root, groups);
        first = FirstCharacters.Of(root);
    }

    public string Pattern { get; }

    /// <summary>How many capturing groups it has.</summary>
    public int Groups { get; }

    /// <exception cref="RegexSyntaxException">Python would raise re.error.</exception>
    public static PythonRegex Parse(string pattern, bool ignoreCase = false, bool multiLine = false)
    {
        (RegexNode root, int groups) = RegexParser.Parse(pattern, ignoreCase, multiLine);
        return new PythonRegex(pattern, root, groups);
    }

    /// <summary>re.search: whether it matches somewhere.</summary>
    /// <exception cref="RegexBudgetException">It backtracks without end.</exception>
    public bool IsMatch(string text) => Matches(text).Any();

    /// <summary>re.finditer: non-overlapping matches from the left; an empty one may follow another match directly but not itself.</summary>
    /// <exception cref="RegexBudgetException">It backtracks without end.</exception>
    public IEnumerable<RegexMatch> Matches(string text)
    {
        CodePoints points = new(text);
        RegexMachine? machine = null;
        int start = 0, emptyAt = -1;
        while (start <= points.Length)
        {
            if (first != null && (start == points.Length || !first.Contains(points[start])))
            {
                start++;
                continue;
            }
            machine ??= new RegexMachine(program, points, LeastBudget + (BudgetPerCodePoint * points.Length));
            if (machine.Match(start, notEmpty: start == emptyAt))
            {
                RegexMatch match = new(points, machine.Slots.ToArray());
                yield return match;
                start = match.End;
                emptyAt = match.Start == match.End ? match.End : -1;
                continue;
            }
            if (machine.Exhausted)
                throw new RegexBudgetException(Pattern);
            start++;
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
            result.Append(text, done, match.Place.Start - done);
            write(match, result);
            done = match.Place.Start + match.Place.Length;
        }
        return result == null ? text : result.Append(text, done, text.Length - done).ToString();
    }
}

/// <summary>One match.</summary>
/// <param name="text">The text that was searched.</param>
/// <param name="slots">Start and end of each group in code points.</param>
internal sealed class RegexMatch(CodePoints text, int[] slots)
{
    /// <summary>In code points.</summary>
    public int Start => slots[0];

    /// <summary>In code points.</summary>
    public int End => slots[1];

    /// <summary>In UTF-16 units.</summary>
    public TextSpan Place => text.Place(Start, End);

    public ReadOnlySpan<char> Text => Group(0);

    /// <summary>What a group matched; empty where it took no part.</summary>
    public ReadOnlySpan<char> Group(int index) => HasGroup(index) ? text.Slice(slots[2 * index], slots[(2 * index) + 1]) : default;

    public bool HasGroup(int index) => slots[2 * index] >= 0 && slots[(2 * index) + 1] >= 0;

    /// <summary>Start and end of a group in code points; -1 where it took no part.</summary>
    public int[] Span(int index) => HasGroup(index) ? [slots[2 * index], slots[(2 * index) + 1]] : [-1, -1];

    /// <summary>Start of a group in UTF-16 units.</summary>
    public int GroupStart(int index) => text.Unit(slots[2 * index]);
}
