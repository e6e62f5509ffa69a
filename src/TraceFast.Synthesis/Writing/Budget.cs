using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes the sentences of a draft one after the other, each with what is left of the lengths asked for: of the sentence, of its block, of
/// the whole. What later sentences need at least and can take at most is kept for them.
/// </summary>
internal sealed class Budget(Draft draft, Composer composer)
{
    private const int NoLimit = 100_000;

    private readonly Unit _unit = draft.LengthUnit;
    private readonly (int Low, int High) _usual = (Lengths.OfSentences(draft).Least, Lengths.OfSentences(draft).Most);
    private readonly Dictionary<Sentence, Window> _own = [];

    /// <returns>False: no sentences of these lengths were found.</returns>
    public bool Write()
    {
        List<Sentence> sentences = draft.Sentences;
        for (int n = 0; n < sentences.Count; n++)
            _own[sentences[n]] = OwnWindow(sentences[n], n, sentences.Count);
        Window left = Window.Of(draft.LimitOf(_unit, Scope.Whole)).Less(FixedLength());
        Window[] needs = [.. draft.Blocks.Select(NeedOf)];
        Window later = default; // what the blocks after this one need
        foreach (Window need in needs)
            later = later.Plus(need);
        int remaining = sentences.Count;
        for (int b = 0; b < draft.Blocks.Count; b++)
        {
            Block block = draft.Blocks[b];
            if (block.Sentences.Count == 0)
                continue;
            if (needs[b].Low > needs[b].High)
                return false;
            later = later.Minus(needs[b]);
            Window blockLeft = Window.Of(block.Length), rest = default;
            foreach (Sentence sentence in block.Sentences)
                rest = rest.Plus(_own[sentence]);
            for (int s = 0; s < block.Sentences.Count; s++)
            {
                Sentence sentence = block.Sentences[s];
                rest = rest.Minus(_own[sentence]);
                int gap = s > 0 && _unit == Unit.Characters ? sentence.Blank.Length : 0;
                Window all = left.Less(later).Less(rest), inBlock = blockLeft.Less(rest), own = _own[sentence];
                Window window = new(Math.Max(own.Low, Math.Max(all.Low, inBlock.Low) - gap),
                    Math.Min(own.High, Math.Min(all.High, inBlock.High) - gap));
                window = Even(window, left, remaining--);
                if (window.Low > window.High || composer.Write(sentence, window.Low, window.High) is not { } text)
                    return false;
                sentence.Text = text;
                int length = Lengths.Of(text, _unit) + gap;
                left = left.Less(length);
                blockLeft = blockLeft.Less(length);
            }
        }

        return true;
    }

    /// <summary>Of what is no sentence: the title, list marks, headings, what is around the answer.</summary>
    private int FixedLength()
    {
        int length = Lengths.Of(draft.Title?.Sentence.Text ?? "", _unit) + Lengths.Of(draft.Wrapping.Before ?? "", _unit)
            + Lengths.Of(draft.Wrapping.After ?? "", _unit);
        foreach (Block block in draft.Blocks)
            length += block.Kind == BlockKind.Fixed || _unit == Unit.Characters ? Lengths.Of(block.Fixed, _unit) : 0;
        return length;
    }

    /// <summary>Where a total is asked for, every sentence stays near its share, so that the last ones have room.</summary>
    private Window Even(Window window, Window left, int sentences)
    {
        if (left.Low <= 0 && left.High > 1000)
            return window;
        int target = left.High > 1000 ? left.Low / sentences + _usual.Low : (Math.Max(0, left.Low) + left.High) / 2 / sentences;
        int spread = Math.Max(2, target / 3);
        Window near = new(Math.Max(window.Low, target - spread), Math.Min(window.High, target + spread));
        return near.Low <= near.High ? near : window;
    }

    /// <summary>How long a sentence may be by itself; an empty window where no length is possible.</summary>
    private Window OwnWindow(Sentence sentence, int n, int count)
    {
        (int low, int high) = _usual;
        if (sentence.Cell.Length > 0 || sentence.Kinds.Count > 0)
            low = 1;
        CountRange? asked = sentence.Length.Intersect(draft.LimitOf(_unit, Scope.EachSentence));
        if (n == 0)
            asked = asked?.Intersect(draft.LimitOf(_unit, Scope.FirstSentence));
        if (n == count - 1)
            asked = asked?.Intersect(draft.LimitOf(_unit, Scope.LastSentence));
        if (asked is not { } range)
            return new(1, 0);
        if (range.Min is { } min)
            (low, high) = ((int)min, Math.Max(high, (int)min + 10));
        if (range.Max is { } max)
            return new(Math.Min(low, (int)max), (int)max);
        return new(low, high + Lengths.Of(sentence.Prefix, _unit) + Lengths.Of(sentence.Suffix, _unit));
    }

    private Window NeedOf(Block block)
    {
        if (block.Sentences.Count == 0)
            return default;
        Window need = default, asked = Window.Of(block.Length);
        foreach (Sentence sentence in block.Sentences)
            need = need.Plus(_own[sentence]);
        return new(Math.Max(need.Low, asked.Low), Math.Min(need.High, asked.High));
    }

    /// <summary>From how much to how much is still to be written.</summary>
    private readonly record struct Window(int Low, int High)
    {
        public static Window Of(CountRange range) => new((int)(range.Min ?? 0), (int)Math.Min(range.Max ?? NoLimit, NoLimit));

        public Window Plus(Window other) => new(Low + other.Low, High + other.High);

        public Window Minus(Window other) => new(Low - other.Low, High - other.High);

        /// <summary>What is left for one when others take from their least to their most.</summary>
        public Window Less(Window others) => new(Low - others.High, High - others.Low);

        public Window Less(int length) => new(Low - length, High - length);
    }
}

/// <summary>Lengths of what the grammar writes: the same counts as <see cref="Response"/>'s, without its work on structure.</summary>
internal static class Lengths
{
    public static int Of(string text, Unit unit) => unit switch
    {
        Unit.Words => Words(text),
        Unit.Han => Han(text),
        _ => Characters(text),
    };

    /// <summary>How long sentences are that nobody asks a length of: few, usual and many units.</summary>
    public static (int Least, int Short, int Long, int Most) OfSentences(Draft draft) => draft.LengthUnit switch
    {
        Unit.Words => (4, 8, 14, 24),
        Unit.Han => (6, 10, 20, 40),
        _ => draft.Language == Language.Chinese && !draft.IsBilingual ? (8, 12, 24, 50) : (28, 50, 84, 150),
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
