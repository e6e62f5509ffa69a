using System.Text.RegularExpressions;

namespace TraceFast.Data.CodePoints;

/// <summary>What a regular expression of another syntax is in .NET's.</summary>
/// <param name="Pattern">.NET's pattern; in it a number between two null characters represents one code point of the set with that
/// number.</param>
/// <param name="Sets">The sets of code points.</param>
/// <param name="Groups">How many capturing groups it has.</param>
/// <param name="Letter">Given where parts of a text are compared with each other: what two code points share that count as equal
/// there.</param>
public sealed record TranslatedRegex(string Pattern, IReadOnlyList<CodePointSet> Sets, int Groups = 0, Func<int, int>? Letter = null);

/// <summary>
/// A regular expression that sees a text as code points, run by .NET's engine, which sees UTF-16 units. It is given a copy of the text, one
/// unit a code point, in which all code points that the pattern does not tell apart are the same unit (see <see cref="Alphabet"/>).
/// </summary>
public sealed class CodePointRegex
{
    private readonly TranslatedRegex _translation;
    private readonly Alphabet _alphabet;
    private readonly CountedRegex _regex;

    public CodePointRegex(TranslatedRegex translation)
    {
        _translation = translation;
        _alphabet = new Alphabet(translation.Sets);
        _regex = new CountedRegex(_alphabet.Write(translation.Pattern));
    }

    /// <summary>The regex for a text and the text that it has to be given.</summary>
    /// <param name="text">Any text, half surrogate pairs included.</param>
    /// <param name="points">One unit for each code point; rented from the shared pool, to which it is to be given back.</param>
    /// <param name="count">How many these are.</param>
    /// <param name="units">Where each code point, and the end, lies in the text; null where each is one unit of it.</param>
    public Regex For(ReadOnlySpan<char> text, out char[] points, out int count, out int[]? units)
    {
        if (_translation.Letter is { } letter)
        {
            // Code points that are the same to the pattern still differ where they are compared with each other.
            Alphabet own = new(_translation.Sets, letter, text);
            (points, count, units) = own.Map(text);
            return new CountedRegex(own.Write(_translation.Pattern)).For(count);
        }
        (points, count, units) = _alphabet.Map(text);
        return _regex.For(count);
    }

    /// <summary>Compiled once it has gone through so much text that the time which compiling takes comes back.</summary>
    private sealed class CountedRegex(string pattern)
    {
        private const int CompileAfter = 1 << 19;
        private const RegexOptions Options = RegexOptions.CultureInvariant;

        private volatile Regex _regex = new(pattern, Options, MatchTime.LongestMatch);
        private int _seen;

        public Regex For(int count)
        {
            int before = _seen;
            if (before < CompileAfter)
            {
                _seen = (int)Math.Min(CompileAfter, (long)before + count);
                if (_seen == CompileAfter)
                    _regex = new Regex(pattern, Options | RegexOptions.Compiled, MatchTime.LongestMatch);
            }
            return _regex;
        }
    }
}
