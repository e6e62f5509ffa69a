using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>What a length is counted in.</summary>
internal enum LengthUnit
{
    Words,

    /// <summary>字数: <see cref="Response.CountHanUnits"/>.</summary>
    Han,

    Characters,
}

/// <summary>Lengths of what the grammar writes: the same counts as <see cref="Response"/>'s, without its work on structure.</summary>
internal static class Lengths
{
    public static int Of(string text, LengthUnit unit) => unit switch
    {
        LengthUnit.Words => Words(text),
        LengthUnit.Han => Han(text),
        _ => Characters(text),
    };

    /// <summary>Runs without blanks that hold a letter or digit.</summary>
    private static int Words(string text)
    {
        int count = 0;
        bool counted = false;
        foreach (char c in text)
        {
            if (c is ' ' or '\n')
            {
                counted = false;
            }
            else if (!counted && char.IsLetterOrDigit(c))
            {
                counted = true;
                count++;
            }
        }

        return count;
    }

    /// <summary>Each ideograph one, each run of other letters and digits one.</summary>
    private static int Han(string text)
    {
        int count = 0;
        bool run = false;
        foreach (char c in text)
        {
            bool ideograph = c is >= '\u3400' and <= '\u9fff';
            bool other = !ideograph && char.IsLetterOrDigit(c);
            count += ideograph || other && !run ? 1 : 0;
            run = other || run && c is '.' or ',';
        }

        return count;
    }

    private static int Characters(string text)
    {
        int count = 0;
        foreach (char c in text)
            count += c is '\n' || char.IsLowSurrogate(c) ? 0 : 1;
        return count;
    }
}
