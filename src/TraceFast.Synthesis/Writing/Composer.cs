using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes single sentences about a topic: a core (a fact, a quality, a thing that belongs to it), perhaps a second clause, a frame before
/// and a tail after. Length is met by choosing frames and tails that add up; what a sentence must not hold is met by trying again.
/// </summary>
internal sealed class Composer(Topic topic, Draft draft)
{
    private const int Tries = 60, ManyTries = 400, TitleTries = 60, MostClauses = 3;

    /// <summary>A statement is one of these.</summary>
    private const string Statement = "statement", Question = "question";

    private readonly SeededRandom _random = draft.Random;
    private readonly Unit _unit = draft.LengthUnit;

    /// <summary>Cores that the answer has already; said again only when there is no other way.</summary>
    private readonly HashSet<string> _said = [];

    /// <summary>Frames and tails of the answer, and those of the sentence that is being written; used again only for want of others.</summary>
    private readonly HashSet<string> _used = [];

    private readonly List<string> _added = [];

    /// <summary>A sentence of a length from <paramref name="low"/> to <paramref name="high"/>, affixes included.</summary>
    /// <returns>Null: none was found.</returns>
    public string? Write(Sentence sentence, int low, int high)
    {
        Grammar grammar = Grammar.Of(sentence.Language);
        foreach (string kind in KindsOf(sentence))
        {
            if ((kind == Statement || grammar.Has(kind)) && Write(sentence, kind, low, high) is { } text)
                return text;
        }

        return null;
    }

    /// <summary>Writes the title, with its marks.</summary>
    /// <returns>False: none was found.</returns>
    public bool WriteTitle()
    {
        DraftTitle title = draft.Title!;
        Sentence sentence = title.Sentence;
        CountRange length = draft.LimitOf(_unit, Scope.Title);
        for (int n = 0; n < TitleTries; n++)
        {
            string text = title.Exact
                ?? Fill(sentence.Words.Count > 0 || n % 3 == 1 ? "title word" : "title", sentence.Language, sentence.Words);
            if (title.Exact is null
                && (!length.Contains(Lengths.Of(text, _unit)) || Holds(text, sentence.Forbidden) || draft.Refuses(text)))
                continue;
            text = title.Casing?.Invoke(text) ?? text;
            sentence.Text = MarkTitle(title, text + sentence.BeforeMark + sentence.Mark);
            return true;
        }

        return false;
    }

    private string MarkTitle(DraftTitle title, string text)
    {
        if (title.Marks is { } marks)
            return marks.Before + text + marks.After;
        bool hash = draft.Headings is null && !draft.Refuses("#");
        bool bold = !draft.IsEmphasized && !draft.Refuses("*");
        bool signed = !char.IsLetterOrDigit(text[^1]); // not known as a title by its look alone
        return _random.Below(10) switch
        {
            < 6 when hash => "# " + text,
            < 8 when bold => $"**{text}**",
            _ when signed && hash => "# " + text,
            _ => text,
        };
    }

    private static IReadOnlyList<string> KindsOf(Sentence sentence)
    {
        if (sentence.Words.Exists(w => w.Contains('@')))
            return ["contact"];
        if (sentence.Words.Count > 0)
            return [sentence.Words.Count > 1 ? "two words" : "word"];
        if (sentence.Kinds.Count > 0)
            return sentence.Kinds;
        return sentence.Cell.Length > 0 ? [TopicTexts.SectionOf(sentence.Cell), Statement] : [Statement];
    }

    private string? Write(Sentence sentence, string kind, int low, int high)
    {
        int affixes = sentence.Prefix.Length + sentence.Suffix.Length + sentence.BeforeMark.Length + sentence.Mark.Length == 0 ? 0
            : Lengths.Of(Rendering.Join(Rendering.Join(Rendering.Join(sentence.Prefix, "x"), sentence.BeforeMark + sentence.Mark),
                sentence.Suffix), _unit) - 1;
        int tries = sentence.Accepts is null ? Tries : ManyTries;
        for (int attempt = 0; attempt < tries; attempt++)
        {
            if (Body(sentence, kind, low - affixes, high - affixes, fresh: attempt < tries * 2 / 3, out string core) is not { } body)
                continue;
            if (!IsCell(kind) && (sentence.Prefix.Length == 0 || EndsSentence(sentence.Prefix)))
                body = Rendering.Capitalize(body);
            string text = Rendering.Join(Rendering.Join(sentence.Prefix, body + sentence.BeforeMark + sentence.Mark), sentence.Suffix);
            if (Repeats(text, sentence.Words) || sentence.Initial != '\0' && text[0] != sentence.Initial || Holds(text, sentence.Forbidden)
                || sentence.Accepts?.Invoke(text) == false || draft.Refuses(text))
                continue;
            _said.Add(core);
            _used.UnionWith(_added);
            return text;
        }

        return null;
    }

    private string Fill(string section, Language language, IReadOnlyList<string> words) =>
        Grammar.Of(language).Pick(section, _random).Fill(new SentenceFilling(topic.In(language), language, _random) { Words = words });

    private static bool IsCell(string kind) => kind.StartsWith("cell", StringComparison.Ordinal);

    private static bool Holds(string text, List<string> words)
    {
        foreach (string word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether a word is there twice: a second clause may have brought it again.</summary>
    private static bool Repeats(string sentence, List<string> words)
    {
        foreach (string word in words)
        {
            if (sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase) != sentence.LastIndexOf(word,
                StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private string? Body(Sentence sentence, string kind, int low, int high, bool fresh, out string core)
    {
        _added.Clear();
        Grammar grammar = Grammar.Of(sentence.Language);
        TopicWords words = topic.In(sentence.Language);
        string body = core = Core(sentence, kind, grammar, words);
        int length = Lengths.Of(body, _unit);
        if (length > high || fresh && _said.Contains(core))
            return null;
        bool statement = kind is Statement or "word" or "two words", question = kind == Question; // a cell stays as short as it is
        Additions frames = question ? grammar.QuestionFrames : grammar.Frames;
        Additions tails = question ? grammar.QuestionTails : grammar.Tails;
        bool framed = sentence.Prefix.Length == 0 || EndsSentence(sentence.Prefix);
        bool free = statement || question;
        int most = (framed && free ? frames.Longest(_unit) : 0) + (free ? tails.Longest(_unit) : 0);
        for (int clause = 0; statement && clause < MostClauses && length + most * 2 / 3 < low; clause++)
        {
            string more = Clause(body, grammar, words);
            body = Rendering.Join(body, more);
            length = Lengths.Of(body, _unit);
        }

        if (length > high || length < low && !free)
            return null;
        int least = Math.Max(0, low - length), room = Math.Min(high - length, most);
        if (least > room)
            return null;
        int extra = draft.IsBrief || least == 0 && _random.Chance(0.35) || !free ? least
            : _random.Between(least, Math.Min(room, Math.Max(least, Usual())));
        return Extend(body, extra, room - extra, sentence, framed, frames, tails);
    }

    /// <summary>Adds a frame and a tail that together are as long as wanted.</summary>
    private string? Extend(string body, int extra, int slack, Sentence sentence, bool framed, Additions frames, Additions tails)
    {
        if (sentence.Initial != '\0' && framed && char.ToUpperInvariant(body[0]) != sentence.Initial)
        {
            string[] fitting = [.. frames.StartingWith(sentence.Initial)
                .Where(f => Lengths.Of(f, _unit) + (_unit == Unit.Characters ? 1 : 0) <= extra + slack)];
            if (fitting.Length == 0)
                return null;
            string frame = _random.Pick(fitting);
            body = Rendering.Join(frame, body);
            extra -= Lengths.Of(frame, _unit) + (_unit == Unit.Characters ? 1 : 0);
            framed = false;
        }

        if (extra <= 0)
            return body;
        int longestFrame = framed ? Math.Min(extra, frames.Longest(_unit)) : 0;
        int least = Math.Max(0, Math.Min(longestFrame, extra - tails.Longest(_unit)));
        int first = _random.Chance(0.5) ? longestFrame : least; // a frame or a tail alone reads better than both
        for (int n = 0; n < 2 * (longestFrame + 1); n++)
        {
            bool again = n > longestFrame; // the second time around what the answer has already may come again
            int before = (first + n) % (longestFrame + 1);
            if (Pick(frames, before, body, again) is { } frame && Pick(tails, extra - before, body, again) is { } tail)
            {
                _added.AddRange([frame, tail]);
                return Rendering.Join(Rendering.Join(frame, body), tail);
            }
        }

        return null;
    }

    /// <summary>
    /// An addition of a length that the answer does not have and that says nothing which the sentence says; empty for none; null: there is
    /// none.
    /// </summary>
    private string? Pick(Additions additions, int length, string body, bool again)
    {
        if (length == 0)
            return "";
        IReadOnlyList<Addition> fitting = additions.OfLength(length, _unit);
        int first = fitting.Count > 0 ? _random.Below(fitting.Count) : 0;
        for (int n = 0; n < fitting.Count; n++)
        {
            Addition addition = fitting[(first + n) % fitting.Count];
            if (again || !_used.Contains(addition.Text) && !addition.IsSaidBy(body))
                return addition.Text;
        }

        return null;
    }

    /// <summary>By how much a sentence whose length is free is made longer at most.</summary>
    private int Usual() => _unit switch
    {
        Unit.Words => 7,
        Unit.Han => 10,
        _ => 40,
    };

    private string Core(Sentence sentence, string kind, Grammar grammar, TopicWords words)
    {
        string section = kind != Statement ? kind : _random.Below(10) switch { < 5 => "fact", < 8 => "quality", _ => "word" };
        return grammar.Pick(section, _random)
            .Fill(new SentenceFilling(words, sentence.Language, _random) { Words = sentence.Words, Value = sentence.Value });
    }

    private string Clause(string body, Grammar grammar, TopicWords words)
    {
        string clause = "";
        for (int n = 0; n < 8; n++)
        {
            SentenceFilling filling = new(words, grammar.Language, _random);
            clause = grammar.Pick("clause", _random).Fill(filling);
            if (!body.Contains(filling.Sampled ?? clause.TrimStart(',', '，', ' '), StringComparison.OrdinalIgnoreCase))
                break;
        }

        return clause;
    }

    private static bool EndsSentence(string prefix) => prefix[^1] is '.' or '!' or '?' or '。' or '！' or '？';
}
