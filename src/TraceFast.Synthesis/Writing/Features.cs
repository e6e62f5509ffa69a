using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>What has to stand somewhere in the sentences (keywords, numbers, questions, marks): drawn once, then given to sentences.</summary>
internal sealed class Features
{
    private static readonly string[] Faces = ["🙂", "✨", "🌟", "👍", "📚", "🎉", "💡", "🌈", "😊", "🔍"];

    private readonly Plan _plan;
    private readonly Composer _composer;
    private readonly SeededRandom _random;
    private readonly string _slug;
    private readonly List<(SlotKind Kind, string Value)> _special = [];
    private readonly List<(string Word, int Count)> _repeated = [];

    public Features(Plan plan, Composer composer, string slug, SeededRandom random)
    {
        (_plan, _composer, _random, _slug) = (plan, composer, random, slug);
        for (int n = plan.Questions.DrawAsked(random); n > 0; n--)
            _special.Add((SlotKind.Question, ""));
        AddNumbers();
        if (plan.DateFormat is { } format)
            _special.Add((SlotKind.Date, Dates.Draw(format, random)));
        for (int n = plan.Links.DrawAsked(random); n > 0; n--)
            _special.Add((SlotKind.Link, Link()));
        for (int n = plan.Placeholders.DrawAsked(random); n > 0; n--)
            _special.Add((SlotKind.Placeholder, ""));
        foreach ((string word, var range) in plan.Frequencies)
            _repeated.Add((word, range.Min > 0 || random.Chance(0.5) ? range.DrawAsked(random, 1) : (int)Math.Min(1, range.Max ?? 0)));
        Sentences = _special.Count + WordSentences(plan, _repeated);
        Exclamations = plan.Exclamations.Scope == Scope.Whole ? plan.Exclamations.Range.DrawAsked(random) : 0;
        Citations = plan.References.IsAsked() ? Math.Max(plan.Citations.DrawAsked(random), 1) : plan.Citations.DrawAsked(random);
        References = plan.References.DrawAsked(random);
        Sentences = Math.Max(Sentences, plan.SentenceEnd is null ? Exclamations : 0);
        long emphasis = (plan.Bold.Min ?? 0) + (plan.Italic.Min ?? 0);
        Sentences = (int)Math.Max(Sentences, (emphasis * 2 + 2) / 3);
        if (Citations > 0)
            Sentences = Math.Max(Sentences, (Citations + 1) / 2);
    }

    /// <summary>How many sentences they need at least.</summary>
    public int Sentences { get; }

    private int Exclamations { get; }

    private int Citations { get; }

    /// <summary>Entries of the list of references.</summary>
    public int References { get; }

    /// <summary>Gives everything to sentences; false: there are too few.</summary>
    public bool Assign(Draft draft)
    {
        List<Slot> slots = draft.Slots;
        if (slots.Count == 0)
            return false;
        if (!AssignSpecial(slots) || !AssignOrders(slots) || !AssignKeywords(draft, slots) || !AssignRepeated(slots))
            return false;
        KeepApart(slots);
        ForbidInParts(draft, slots);
        if (!AssignMarks(draft, slots))
            return false;
        AddEmoji(draft, slots);

        for (int n = 0; n < Citations; n++)
            slots[n * slots.Count / Citations].BeforeMark += (slots[0].Language == Language.English ? " " : "") + $"[{(n % Math.Max(1, References > 0 ? References : Citations)) + 1}]";
        foreach ((Scope part, char letter) in _plan.Initials)
        {
            foreach (IEnumerable<Slot> among in PartSlots.Of(draft, slots, part == Scope.Whole ? Scope.EachSentence : part))
                among.First().Initial = letter;
        }

        return true;
    }

    /// <summary>Sentences that keywords need: two of them fit in one.</summary>
    private static int WordSentences(Plan plan, List<(string Word, int Count)> repeated)
    {
        int words = 2 * plan.Orders.Count, most = 0;
        foreach ((string word, Scope part) in plan.Keywords)
            words += part is Scope.Title or Scope.EachParagraph || repeated.Exists(r => r.Word == word) ? 0 : 1;
        foreach ((_, int count) in repeated)
            (words, most) = (words + count, Math.Max(most, count));
        return Math.Max((words + 1) / 2, most);
    }

    /// <summary>The least number of sentences that a plan's features need.</summary>
    public static int LeastSentences(Plan plan)
    {
        long special = (plan.Questions.Min ?? 0) + (plan.Links.Min ?? 0) + (plan.Placeholders.Min ?? 0) + (plan.DateFormat is null ? 0 : 1)
            + Math.Max(plan.Numbers.Min ?? 0, plan.Decimals is null && plan.NumberStyle is null ? 0 : 1);
        int words = WordSentences(plan, [.. plan.Frequencies.Select(f => (f.Word, (int)(f.Range.Min ?? 0)))]);
        return (int)Math.Max(special + words, plan.Exclamations.Scope == Scope.Whole && plan.SentenceEnd is null ? plan.Exclamations.Range.Min ?? 0 : 0);
    }

    public static string Face(SeededRandom random) => random.Pick(Faces);

    private void AddEmoji(Draft draft, List<Slot> slots)
    {
        foreach (IEnumerable<Slot> among in PartSlots.Of(draft, slots, _plan.Emoji.Scope))
        {
            Slot[] group = [.. among];
            for (int n = _plan.Emoji.Range.DrawAsked(_random); n > 0; n--)
            {
                Slot slot = _random.Pick(group);
                if (_plan.Emoji.Scope is Scope.EachSentence or Scope.FirstSentence or Scope.LastSentence) // what follows the mark is no part of the sentence
                    slot.BeforeMark += (slot.Language == Language.English ? " " : "") + Face(_random);
                else
                    slot.Suffix = Face(_random) + (slot.Suffix.Length > 0 && slot.Language == Language.English ? " " : "") + slot.Suffix;
            }
        }
    }

    private void AddNumbers()
    {
        int numbers = _plan.NoDigits ? 0 : _plan.Numbers.DrawAsked(_random);
        if (numbers == 0 && !_plan.Numbers.IsAsked() && (_plan.Decimals is not null || _plan.NumberStyle is not null))
            numbers = _random.Between(1, 2);
        for (; numbers > 0; numbers--)
        {
            (SlotKind kind, string value) = _plan.Decimals is > 0 and var decimals
                ? (SlotKind.Decimal, (_random.Between(1, 9) + _random.Below(1000) / 1000.0).ToString("F" + decimals, CultureInfo.InvariantCulture))
                : _plan.NumberStyle switch
                {
                    "thousands_comma" => (SlotKind.Amount, (_random.Between(12, 980) * 100).ToString("N0", CultureInfo.InvariantCulture)),
                    "currency" => (SlotKind.Money, _random.Between(3, 95).ToString(CultureInfo.InvariantCulture)),
                    "percent" => (SlotKind.Percent, _random.Between(11, 89).ToString(CultureInfo.InvariantCulture) + "%"),
                    _ => (SlotKind.Number, _random.Between(2, 60).ToString(CultureInfo.InvariantCulture)),
                };
            _special.Add((kind, value));
        }
    }

    private string Link() => $"[{_composer.Fill("link text", _plan.TextLanguage)}](https://example.com/{_slug}{(_plan.NoDigits || _plan.Numbers.IsAsked() || _random.Chance(0.5) ? "" : "/" + _random.Between(1, 40).ToString(CultureInfo.InvariantCulture))})";

    private bool AssignSpecial(List<Slot> slots)
    {
        List<Slot> free = [.. slots.Where(s => s.IsFree)];
        _random.Shuffle(free);
        if (free.Count < _special.Count)
            return false;
        for (int n = 0; n < _special.Count; n++)
            (free[n].Kind, free[n].Value) = _special[n];
        return true;
    }

    private bool AssignKeywords(Draft draft, List<Slot> slots)
    {
        // First those that must stand at one place, so that the others do not take it.
        foreach ((string word, Scope part) in _plan.Keywords.OrderBy(k => k.Scope == Scope.Whole))
        {
            if (part == Scope.Title)
                continue;
            foreach (IEnumerable<Slot> among in PartSlots.Of(draft, slots, part))
            {
                if (among.Any(s => s.Words.Contains(word)))
                    continue;
                if (Room(among) is not { } slot)
                    return false;
                slot.Words.Add(word);
            }
        }

        return true;
    }

    /// <summary>Words whose number or order matters stand in the sentences that they were given to, and in no other.</summary>
    private void KeepApart(List<Slot> slots)
    {
        foreach (string word in _repeated.Select(r => r.Word).Concat(_plan.Orders.SelectMany(o => new[] { o.First, o.Second })).Distinct())
        {
            foreach (Slot slot in slots)
            {
                if (!slot.Words.Contains(word))
                    slot.Forbidden.Add(word);
            }
        }
    }

    /// <summary>A sentence that can take a word more; empty ones first.</summary>
    private Slot? Room(IEnumerable<Slot> among)
    {
        Slot[] free = [.. among.Where(s => s.IsFree)];
        if (free.Length == 0)
            free = [.. among.Where(s => s.Kind == SlotKind.Statement && s.Words.Count == 1)];
        return free.Length > 0 ? _random.Pick(free) : null;
    }

    private bool AssignRepeated(List<Slot> slots)
    {
        foreach ((string word, int count) in _repeated)
        {
            int have = slots.Count(s => s.Words.Contains(word));
            for (; have < count; have++)
            {
                if (Room(slots.Where(s => !s.Words.Contains(word))) is not { } slot)
                    return false;
                slot.Words.Add(word);
            }
        }

        return true;
    }

    private bool AssignOrders(List<Slot> slots)
    {
        foreach ((string first, string second) in _plan.Orders)
        {
            int one = slots.FindIndex(s => s.IsFree), two = slots.FindLastIndex(s => s.IsFree);
            if (one < 0)
                return false;
            slots[one].Words.Add(first);
            slots[two].Words.Add(second);
        }

        return true;
    }

    private void ForbidInParts(Draft draft, List<Slot> slots)
    {
        foreach ((string word, Scope part) in _plan.Forbidden)
        {
            if (part is Scope.Whole or Scope.Title)
                continue;
            foreach (Slot slot in PartSlots.Of(draft, slots, part).SelectMany(s => s))
                slot.Forbidden.Add(word);
        }
    }

    private bool AssignMarks(Draft draft, List<Slot> slots)
    {
        HashSet<Slot> excited = [];
        foreach (IEnumerable<Slot> among in PartSlots.Of(draft, slots, _plan.Exclamations.Scope))
        {
            List<Slot> statements = [.. among.Where(s => s.Kind != SlotKind.Question)];
            int wanted = _plan.Exclamations.Scope == Scope.Whole ? Exclamations : _plan.Exclamations.Range.DrawAsked(_random, 0);
            if (statements.Count < wanted && _plan.SentenceEnd is null)
                return false;
            _random.Shuffle(statements);
            excited.UnionWith(statements.Take(wanted));
        }

        if (_plan.SentenceEnd is "?" or "？")
        {
            foreach (Slot slot in slots.Where(s => s.IsFree && s.Prefix.Length == 0))
                slot.Kind = SlotKind.Question;
        }

        bool pairs = _plan.Shape == Shape.Pairs;
        foreach (Slot slot in slots)
        {
            bool chinese = slot.Language == Language.Chinese;
            if (pairs && !excited.Contains(slot) && slot.Kind != SlotKind.Question)
                continue;
            slot.Mark = _plan.SentenceEnd ?? (slot.Kind == SlotKind.Question ? chinese ? "？" : "?" : excited.Contains(slot) ? chinese ? "！" : "!" : Statement(chinese));
        }

        return true;
    }

    private string Statement(bool chinese)
    {
        bool noDot = _plan.ForbiddenMarks.Exists(m => m is "." or "。");
        return noDot ? chinese ? "！" : "!" : chinese ? "。" : ".";
    }
}
