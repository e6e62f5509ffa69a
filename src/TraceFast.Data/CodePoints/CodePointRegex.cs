using System.Text.RegularExpressions;

namespace TraceFast.Data.CodePoints;

/// <summary>What a regular expression of another syntax is in .NET's.</summary>
/// <param name="Pattern">.NET's pattern; in it a number between two null characters stands for one code point of the set with that number.</param>
/// <param name="Sets">The sets of code points.</param>
/// <param name="Groups">How many capturing groups it has.</param>
/// <param name="Letter">Given where parts of a text are compared with each other: what two code points share that count as equal there.</param>
public sealed record TranslatedRegex(string Pattern, IReadOnlyList<CodePointSet> Sets, int Groups = 0, Func<int, int>? Letter = null);

/// <summary>
/// A regular expression that sees a text as code points, run by .NET's engine, which sees UTF-16 units. It is given a copy of the text, one unit a
/// code point, in which all code points that the pattern does not tell apart are the same unit (see <see cref="Alphabet"/>).
/// </summary>
public sealed class CodePointRegex
{
    private readonly TranslatedRegex translation;
    private readonly Alphabet alphabet;
    private readonly CountedRegex regex;

    public CodePointRegex(TranslatedRegex translation)
    {
        this.translation = translation;
        alphabet = new Alphabet(translation.Sets);
        regex = new CountedRegex(alphabet.Write(translation.Pattern));
    }

    /// <summary>The regex for a text and the text that it has to be given.</summary>
    /// <param name="text">Any text, half surrogate pairs included.</param>
    /// <param name="points">One unit for each code point; rented from the shared pool, to which it is to be given back.</param>
    /// <param name="count">How many these are.</param>
    /// <param name="units">Where each code point, and the end, lies in the text; null where each is one unit of it.</param>
    public Regex For(ReadOnlySpan<char> text, out char[] points, out int count, out int[]? units)
    {
        if (translation.Letter is { } letter)
        {
            // Code points that are the same to the pattern still differ where they are compared with each other.
            Alphabet own = new(translation.Sets, letter, text);
            (points, count, units) = own.Map(text);
            return new CountedRegex(own.Write(translation.Pattern)).For(count);
        }
        (points, count, units) = alphabet.Map(text);
        return regex.For(count);
    }

    /// <summary>Compiled once it has gone through so much text that the time which compiling takes comes back.</summary>
    private sealed class CountedRegex(string pattern)
    {
        private const int CompileAfter = 1 << 19;
        private const RegexOptions Options = RegexOptions.CultureInvariant;

        private volatile Regex regex = new(pattern, Options, MatchTime.LongestMatch);
        private int seen;

        public Regex For(int count)
        {
            int before = seen;
            if (before < CompileAfter)
            {
                seen = (int)Math.Min(CompileAfter, (long)before + count);
                if (seen == CompileAfter)
                    regex = new Regex(pattern, Options | RegexOptions.Compiled, MatchTime.LongestMatch);
            }
            return regex;
        }
    }
}
