using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes single sentences about a topic: a core (a fact, a quality, a thing that belongs to it), perhaps a second clause, a frame before and a tail behind. Length is met by
/// choosing frames and tails that add up; what a sentence must not hold is met by trying again.
/// </summary>
internal sealed class Composer(Topic topic, SeededRandom random, LengthUnit unit, Func<string, bool> allowed)
{
    private const int Tries = 60, FreshTries = 40, MostClauses = 3;

    /// <summary>No frame and no tail where the length does not need one.</summary>
    public bool IsBrief { get; init; }

    /// <summary>Cores that the answer has already; said again only when there is no other way.</summary>
    private readonly HashSet<string> _said = [];

    /// <summary>A sentence of a length from <paramref name="low"/> to <paramref name="high"/>, affixes included.</summary>
    /// <returns>Null: none was found.</returns>
    public string? Write(Slot slot, int low, int high)
    {
        Grammar grammar = Grammar.Of(slot.Language);
        TopicWords words = topic.In(slot.Language);
        int affixes = slot.Prefix.Length + slot.Suffix.Length + slot.BeforeMark.Length + slot.Mark.Length == 0 ? 0
            : Lengths.Of(Joined(Joined(Joined(slot.Prefix, "x"), slot.BeforeMark + slot.Mark), slot.Suffix), unit) - 1;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            if (Body(slot, grammar, words, low - affixes, high - affixes, fresh: attempt < FreshTries, out string core) is not { } body)
                continue;
            if (slot.Prefix.Length == 0 || EndsSentence(slot.Prefix))
                body = Capitals.First(body);
            string sentence = Joined(Joined(slot.Prefix, body + slot.BeforeMark + slot.Mark), slot.Suffix);
            if (slot.Words.Count > 0 && Repeats(sentence, slot.Words) || slot.Initial != '\0' && sentence[0] != slot.Initial || slot.Forbidden.Count > 0 && Holds(sentence, slot.Forbidden) || !allowed(sentence))
                continue;
            _said.Add(core);
            return sentence;
        }

        return null;
    }

    /// <summary>A filled template of a section, for titles, labels and lines.</summary>
    public string Fill(string section, Language language, IReadOnlyList<string>? words = null, string value = "") =>
        Grammar.Of(language).Pick(section, random).Fill(new SentenceFilling(topic.In(language), language, random) { Words = words ?? [], Value = value });

    public static bool Holds(string text, List<string> words)
    {
        foreach (string word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether a word stands twice: a second clause may have brought it again.</summary>
    private static bool Repeats(string sentence, List<string> words)
    {
        foreach (string word in words)
        {
            if (sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase) != sentence.LastIndexOf(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private string? Body(Slot slot, Grammar grammar, TopicWords words, int low, int high, bool fresh, out string core)
    {
        string body = core = Core(slot, grammar, words);
        int length = Lengths.Of(body, unit);
        if (length > high || fresh && _said.Contains(core))
            return null;
        bool statement = slot.Kind == SlotKind.Statement && (slot.Section.Length == 0 || slot.Words.Count > 0); // a cell stays as short as it is
        Additions frames = slot.Kind == SlotKind.Question ? grammar.QuestionFrames : grammar.Frames;
        Additions tails = slot.Kind == SlotKind.Question ? grammar.QuestionTails : grammar.Tails;
        bool framed = slot.Prefix.Length == 0 || EndsSentence(slot.Prefix);
        bool free = statement || slot.Kind == SlotKind.Question;
        int most = (framed && free ? frames.Longest(unit) : 0) + (free ? tails.Longest(unit) : 0);
        for (int clause = 0; statement && clause < MostClauses && length + most * 2 / 3 < low; clause++)
        {
            string more = Clause(body, grammar, words);
            body = Joined(body, more);
            length = Lengths.Of(body, unit);
        }

        if (length > high || length < low && !free)
            return null;
        int least = Math.Max(0, low - length), room = Math.Min(high - length, most);
        if (least > room)
            return null;
        int extra = IsBrief || least == 0 && random.Chance(0.35) || !free ? least : random.Between(least, Math.Min(room, Math.Max(least, Usual())));
        return Extend(body, extra, room - extra, slot, framed, frames, tails);
    }

    /// <summary>Adds a frame and a tail that together are as long as wanted.</summary>
    private string? Extend(string body, int extra, int slack, Slot slot, bool framed, Additions frames, Additions tails)
    {
        if (slot.Initial != '\0' && framed && char.ToUpperInvariant(body[0]) != slot.Initial)
        {
            string[] fitting = [.. frames.StartingWith(slot.Initial).Where(f => Lengths.Of(f, unit) + (unit == LengthUnit.Characters ? 1 : 0) <= extra + slack)];
            if (fitting.Length == 0)
                return null;
            string frame = random.Pick(fitting);
            body = Joined(frame, body);
            extra -= Lengths.Of(frame, unit) + (unit == LengthUnit.Characters ? 1 : 0);
            framed = false;
        }

        if (extra <= 0)
            return body;
        int longestFrame = framed ? Math.Min(extra, frames.Longest(unit)) : 0;
        int least = Math.Max(0, Math.Min(longestFrame, extra - tails.Longest(unit)));
        int first = random.Below(5) switch // a frame or a tail alone reads better than both
        {
            < 2 => longestFrame,
            < 4 => least,
            _ => random.Between(least, longestFrame),
        };
        for (int n = 0; n <= longestFrame; n++)
        {
            int before = (first + n) % (longestFrame + 1);
            int behind = extra - before;
            if (before > 0 && frames.OfLength(before, unit).Count == 0 || behind > 0 && tails.OfLength(behind, unit).Count == 0)
                continue;
            if (before > 0)
                body = Joined(random.Pick(frames.OfLength(before, unit)), body);
            return behind > 0 ? Joined(body, random.Pick(tails.OfLength(behind, unit))) : body;
        }

        return null;
    }

    /// <summary>By how much a sentence whose length is free is made longer at most.</summary>
    private int Usual() => unit switch
    {
        LengthUnit.Words => 7,
        LengthUnit.Han => 10,
        _ => 40,
    };

    private string Core(Slot slot, Grammar grammar, TopicWords words)
    {
        string section = slot.Kind switch
        {
            SlotKind.Question => "question",
            SlotKind.Number => "number",
            SlotKind.Decimal => "decimal",
            SlotKind.Amount => "amount",
            SlotKind.Percent => "percent",
            SlotKind.Money => "money",
            SlotKind.Date => "date",
            SlotKind.Link => "link",
            SlotKind.Placeholder => "placeholder",
            _ when slot.Words.Exists(w => w.Contains('@')) => "contact",
            _ when slot.Words.Count > 1 => "two words",
            _ when slot.Words.Count == 1 => "word",
            _ when slot.Section.Length > 0 => slot.Section,
            _ => random.Below(10) switch { < 5 => "fact", < 8 => "quality", _ => "word" },
        };
        return grammar.Pick(section, random).Fill(new SentenceFilling(words, slot.Language, random) { Words = slot.Words, Value = slot.Value });
    }

    private string Clause(string body, Grammar grammar, TopicWords words)
    {
        string clause = "";
        for (int n = 0; n < 4; n++)
        {
            clause = grammar.Pick("clause", random).Fill(new SentenceFilling(words, grammar.Language, random));
            if (!body.Contains(clause.TrimStart(',', '，', ' '), StringComparison.Ordinal))
                break;
        }

        return clause;
    }

    private static bool EndsSentence(string prefix) => prefix[^1] is '.' or '!' or '?' or '。' or '！' or '？';

    /// <summary>With a blank between, where the language has one.</summary>
    internal static string Joined(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
            return left + right;
        bool tight = left[^1] == ' ' || right[0] is ',' or '.' or '!' or '?' or ';' or ':' || IsWide(left[^1]) || IsWide(right[0]);
        return tight ? left + right : left + " " + right;
    }

    private static bool IsWide(char c) => c is >= '\u2E80' and <= '\u9fff' or >= '\uff00' and <= '\uffef' or '…' or '”' or '“';
}
