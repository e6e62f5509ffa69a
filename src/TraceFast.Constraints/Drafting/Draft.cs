using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Drafting;

/// <summary>
/// An answer before its sentences are written. Constraints apply themselves to it (<see cref="Constraint.Apply"/>) in any order: each says
/// what it needs in terms of the answer (its form, numbers of sentences, what sentences hold, what is before and after them), never in
/// terms of another constraint. The writer then lays out blocks, gives what is asked to sentences, writes these and finishes the text. A
/// method that returns false says that the draft cannot have it.
/// </summary>
/// <param name="instructionLanguage">The language of the instruction.</param>
/// <param name="random">All randomness.</param>
/// <param name="source">Texts about the topic.</param>
/// <param name="isBrief">As few and as short sentences as the constraints leave room for, within a little.</param>
public sealed class Draft(Language instructionLanguage, SeededRandom random, ITextSource source, bool isBrief = false)
{
    private static readonly Scope[] s_scopes = Enum.GetValues<Scope>();
    private static readonly Unit[] s_units = Enum.GetValues<Unit>();

    private const int LongestPart = 400, CharactersPerWord = 4;

    private readonly Language _instructionLanguage = instructionLanguage;
    private readonly Dictionary<(Unit Unit, Scope Scope), CountRange> _limits = [];
    private readonly Dictionary<string, SpecialSentences> _special = [];
    private readonly List<Func<string, bool>> _refused = [];
    private readonly List<(Scope Scope, Func<IReadOnlyList<Sentence>, bool> Edit)> _edits = [];
    private readonly List<Func<bool>> _steps = [], _lastSteps = [];
    private int _scopes, _uncounted; // sets, a bit for each
    private Unit? _lengthUnit;
    private bool _hasForm, _hasLast, _keepsCase;

    public SeededRandom Random { get; } = random;

    public ITextSource Source { get; } = source;

    public bool IsBrief { get; } = isBrief;

    /// <summary>Of the answer.</summary>
    public Language Language { get; private set; } = instructionLanguage;

    /// <summary>Some of it is not in the language of the instruction.</summary>
    public bool IsTranslated => IsBilingual || Language != _instructionLanguage;

    /// <summary>The second half is in the other language.</summary>
    public bool IsBilingual { get; private set; }

    public Form Form { get; private set; }

    /// <summary>How items are marked; null: it is no list.</summary>
    public ListStyle? List { get; private set; }

    /// <summary>Null: it has none.</summary>
    public DraftTitle? Title { get; private set; }

    /// <summary>
    /// Level and text of the headings before its first paragraphs; a text that is null is for the writer to choose. Null: nobody asks.
    /// </summary>
    public IReadOnlyList<(int Level, string? Text)>? Headings { get; private set; }

    /// <summary>A line between paragraphs; null: none.</summary>
    public string? Divider { get; private set; }

    /// <summary>Upper or lower case for all of it.</summary>
    public Func<string, string>? Casing { get; private set; }

    /// <summary>Before and after everything.</summary>
    public (string Before, string After) Wrapping { get; private set; }

    /// <summary>Marks [1] in the text, and the entries that they point to.</summary>
    public (CountRange Marks, int Entries) Citations { get; private set; }

    /// <summary>How many lines there are, and each of them; for <see cref="Form.Lines"/>.</summary>
    public (int? Count, Func<int, Block> Make)? Lines { get; private set; }

    /// <summary>How sentences become data, and what makes another one where more are needed; for <see cref="Form.Data"/>.</summary>
    public (Func<IReadOnlyList<Sentence>, string> Write, Func<Sentence?> More)? Data { get; private set; }

    /// <summary>Makes the blocks after the body.</summary>
    public List<Func<Block>> After { get; } = [];

    /// <summary>Counts that are met by writing sentences again.</summary>
    public List<(Func<string, long> Count, CountRange Range)> Approached { get; } = [];

    /// <summary>Words to hold, each in every part of a scope.</summary>
    public List<(string Word, Scope Scope)> Words { get; } = [];

    /// <summary>Words to contain a number of times, and not more often.</summary>
    public List<(string Word, int Count)> Repeated { get; } = [];

    /// <summary>Words to hold in this order.</summary>
    public List<(string First, string Second)> Ordered { get; } = [];

    /// <summary>Words that a part must not hold.</summary>
    public List<(string Word, Scope Scope)> Forbidden { get; } = [];

    /// <summary>Texts that parts start with.</summary>
    public Dictionary<Scope, string> Openings { get; } = [];

    /// <summary>Texts that parts end with.</summary>
    public Dictionary<Scope, string> Closings { get; } = [];

    /// <summary>The fewest sentences that can hold what is asked.</summary>
    public int FewestSentences { get; private set; }

    public List<Block> Blocks { get; } = [];

    public List<Sentence> Sentences => [.. Blocks.SelectMany(b => b.Sentences)];

    public IEnumerable<SpecialSentences> Special => _special.Values;

    /// <summary>What lengths are counted in; one unit for the whole draft.</summary>
    public Unit LengthUnit => _lengthUnit ?? (IsBilingual ? Unit.Characters : Language == Language.Chinese ? Unit.Han : Unit.Words);

    public bool HasLengthLimit => _lengthUnit is not null;

    /// <summary>Words of it are in bold or italics.</summary>
    public bool IsEmphasized { get; private set; }

    /// <summary>A title that nobody asks for would break nothing that somebody does.</summary>
    public bool HasRoomForTitle =>
        Title is null && !IsBilingual && Form != Form.Data && Openings.Count == 0 && Headings is null && Wrapping.Before is null
            && !IsAbout(Scope.FirstLine);

    /// <summary>What is asked of a number; any where nobody asks.</summary>
    public CountRange LimitOf(Unit unit, Scope scope) => _limits.GetValueOrDefault((unit, scope));

    public bool HasLimit(Unit unit, Scope scope) => _limits.ContainsKey((unit, scope));

    /// <summary>Whether anything is asked of the parts of a scope.</summary>
    public bool IsAbout(Scope scope) => (_scopes & 1 << (int)scope) != 0;

    public bool HasSpecial(string kind) => _special.ContainsKey(kind);

    /// <summary>The sentences of each part of a scope; one part, but for "each".</summary>
    public IReadOnlyList<IReadOnlyList<Sentence>> PartsOf(Scope scope)
    {
        List<Sentence> all = Sentences;
        List<Block> blocks = [.. Blocks.Where(b => b.Sentences.Count > 0)];
        return scope switch
        {
            Scope.Title => Title is { } title ? [[title.Sentence]] : [],
            _ when all.Count == 0 => [],
            Scope.FirstSentence => [[all[0]]],
            Scope.LastSentence => [[all[^1]]],
            Scope.FirstParagraph or Scope.FirstLine => [blocks[0].Sentences],
            Scope.LastParagraph or Scope.LastLine => [blocks[^1].Sentences],
            Scope.EachParagraph or Scope.EachLine => [.. blocks.Select(b => b.Sentences)],
            Scope.EachItem => [.. blocks.Where(b => b.Kind == BlockKind.Item).Select(b => b.Sentences)],
            Scope.EachSentence => [.. all.Select(s => new[] { s })],
            _ => [all],
        };
    }

    /// <summary>Whether no text of the answer may be or hold this.</summary>
    public bool Refuses(string text)
    {
        foreach (Func<string, bool> refuses in _refused)
        {
            if (refuses(text))
                return true;
        }

        return false;
    }

    public Sentence NewSentence() => new(Language);

    /// <summary>The number of something in a scope.</summary>
    public bool Limit(Unit unit, Scope scope, CountRange range)
    {
        if (IsLength(unit) && ((_lengthUnit ??= unit) != unit
            || range.Min > LongestPart * (unit == Unit.Characters ? CharactersPerWord : 1)))
            return false;
        if (!Use(scope) || LimitOf(unit, scope).Intersect(range) is not { } both)
            return false;
        _limits[(unit, scope)] = both;
        return true;
    }

    /// <summary>The writer cannot count some things in this draft.</summary>
    public bool LeaveUncounted(params ReadOnlySpan<Unit> units)
    {
        foreach (Unit unit in units)
            _uncounted |= 1 << (int)unit;
        return true;
    }

    /// <summary>So many sentences are needed at least.</summary>
    public bool NeedSentences(Scope scope, int count)
    {
        if (scope != Scope.Whole && scope != Scope.Title)
            return count == 0 || Limit(Unit.Sentences, scope, CountRange.AtLeast(count));
        FewestSentences = Math.Max(FewestSentences, scope == Scope.Whole ? count : 0);
        return true;
    }

    /// <summary>
    /// Sentences of a kind, such as questions; how often, and what they are written as where one constraint alone says it.
    /// </summary>
    public bool AddSpecial(string name, CountRange range, string? kind = null, Func<string>? value = null)
    {
        SpecialSentences before = _special.GetValueOrDefault(name) ?? new(default, null, null);
        if (before.Range.Intersect(range) is not { } both || before.Kind is not null && kind is not null)
            return false;
        _special[name] = new(both, kind ?? before.Kind, kind is null && before.Kind is not null ? before.Value
            : value ?? before.Value) { Name = name };
        return true;
    }

    public bool TakeForm(Form form)
    {
        if (_hasForm && (form != Form || form != Form.List))
            return false;
        (_hasForm, Form) = (true, form);
        return true;
    }

    /// <summary>Makes it a list.</summary>
    public bool TakeList(Func<ListStyle, bool>? set = null)
    {
        if (!TakeForm(Form.List))
            return false;
        List ??= new();
        return set is null || set(List);
    }

    /// <summary>Makes its body lines.</summary>
    /// <param name="count">How many; null: any number.</param>
    /// <param name="make">The line of a number.</param>
    public bool TakeLines(int? count, Func<int, Block> make)
    {
        Lines = (count, make);
        return TakeForm(Form.Lines) && LeaveUncounted(Unit.Words, Unit.Han, Unit.Characters, Unit.Sentences, Unit.Paragraphs, Unit.Items)
            && (count is not { } lines || Limit(Unit.Lines, Scope.Whole, CountRange.Exactly(lines)));
    }

    /// <summary>Makes it data.</summary>
    /// <param name="values">What is written into it.</param>
    /// <param name="more">Makes another value; gives null where there may be no more.</param>
    /// <param name="write">The data from the written values.</param>
    public bool TakeData(IEnumerable<Sentence> values, Func<Sentence?> more, Func<IReadOnlyList<Sentence>, string> write)
    {
        Data = (write, more);
        Blocks.AddRange(values.Select(v => Block.Of(BlockKind.Line, v)));
        return TakeForm(Form.Data) && LeaveUncounted(s_units);
    }

    /// <summary>Gives it a title, and says more of that.</summary>
    public bool TakeTitle(Func<DraftTitle, bool>? set = null)
    {
        Title ??= new(new Sentence(Language) { IsPunctuated = false });
        return set is null || set(Title);
    }

    /// <summary>Headings before the first paragraphs.</summary>
    public bool TakeHeadings(IReadOnlyList<(int Level, string? Text)> headings)
    {
        if (Headings is not null)
            return false;
        Headings = headings;
        return true;
    }

    public bool TakeDivider(string line)
    {
        if (Divider is not null)
            return false;
        Divider = line;
        return LeaveUncounted(Unit.Characters);
    }

    public bool TakeCasing(Func<string, string> casing)
    {
        if (Casing is not null)
            return false;
        Casing = casing;
        return true;
    }

    /// <summary>It has text whose letter case is not to be changed.</summary>
    public bool KeepCase() => _keepsCase = true;

    public bool Wrap(string before, string after)
    {
        if (Wrapping.Before is not null)
            return false;
        Wrapping = (before, after);
        return true;
    }

    public bool Write(Language language)
    {
        Language = language;
        return true;
    }

    public bool WriteBothLanguages()
    {
        IsBilingual = true;
        return LeaveUncounted(s_units);
    }

    /// <summary>Marks of citation, and entries of a list of references.</summary>
    public bool Cite(CountRange marks, int entries = 0)
    {
        if (Citations.Marks.Intersect(marks) is not { } both)
            return false;
        Citations = (both, Math.Max(entries, Citations.Entries));
        return true;
    }

    /// <summary>A block after the body, which has lines and sentences of its own; there is one that is the last.</summary>
    public bool AddAfter(Func<Block> make, bool isLast = false)
    {
        if (isLast && _hasLast)
            return false;
        _hasLast |= isLast;
        After.Insert(_hasLast && !isLast ? After.Count - 1 : After.Count, make);
        return LeaveUncounted(Unit.Sentences, Unit.Paragraphs, Unit.Lines);
    }

    public bool PutWords(IEnumerable<string> words, Scope scope)
    {
        Words.AddRange(words.Select(w => (w, scope)));
        return Use(scope);
    }

    public bool Forbid(IEnumerable<string> words, Scope scope)
    {
        string[] all = [.. words];
        if (scope == Scope.Whole)
            _refused.Add(text => all.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase)));
        else
            Forbidden.AddRange(all.Select(w => (w, scope)));
        return Use(scope);
    }

    /// <summary>No text of the answer may be like this.</summary>
    public bool Refuse(Func<string, bool> refuses)
    {
        _refused.Add(refuses);
        return true;
    }

    /// <summary>The answer or a part starts with a text.</summary>
    public bool Open(Scope scope, string text) => Openings.TryAdd(scope, text) && Use(scope);

    /// <summary>The answer or a part ends with a text, which may be a sentence of its own.</summary>
    public bool Close(Scope scope, string text) => Closings.TryAdd(scope, text) && Use(scope) && LeaveUncounted(Unit.Sentences);

    /// <summary>Changes what is asked of the sentences of each part of a scope, before they are written.</summary>
    public bool Edit(Scope scope, Func<IReadOnlyList<Sentence>, bool> edit)
    {
        _edits.Add((scope, edit));
        return Use(scope);
    }

    /// <summary>Emphasis is asked of its words: of no others, and its marks are not counted.</summary>
    public bool Emphasize(Func<bool> step)
    {
        IsEmphasized = true;
        return LeaveUncounted(Unit.Characters) && Finish(step);
    }

    /// <summary>Changes the sentences when they are written.</summary>
    public bool Finish(Func<bool> step, bool last = false)
    {
        (last ? _lastSteps : _steps).Add(step);
        return true;
    }

    /// <summary>A count that adds up over the texts of the answer: sentences are written again while that brings it nearer.</summary>
    public bool Approach(Func<string, long> count, CountRange range)
    {
        Approached.Add((count, range));
        return NeedSentences(Scope.Whole, 1);
    }

    public bool ApplyEdits() => _edits.All(e => PartsOf(e.Scope) is { Count: > 0 } parts && parts.All(e.Edit));

    public bool ApplyFinish() => _steps.All(s => s()) && _lastSteps.All(s => s());

    /// <summary>Whether what was asked goes together, as far as that can be told before blocks are laid out.</summary>
    public bool IsConsistent() =>
        Array.TrueForAll(s_scopes, s => !IsAbout(s) || Offers(s))
        && !_limits.Keys.Any(k => (_uncounted & 1 << (int)k.Unit) != 0 && k.Scope != Scope.Title)
        && (After.Count == 0 && Headings is null && Divider is null && !IsBilingual || Form == Form.Paragraphs)
        && !(Openings.ContainsKey(Scope.Whole) && (Title is not null || Headings is { Count: > 0 }))
        && (Casing is null || Wrapping.Before is null || Casing(Wrapping.Before) == Wrapping.Before)
        && (Casing is null || !_keepsCase && Openings.Count + Closings.Count + After.Count == 0 && Title?.Exact is null
            && Headings?.Any(h => h.Text is not null) != true)
        && !(HasSpecial("number") && !Citations.Marks.IsEmpty)
        && (Form is Form.Paragraphs or Form.List || Openings.Count == 0)
        && (Form != Form.Data || _edits.Count == 0)
        && !(Closings.ContainsKey(Scope.Whole) && After.Count > 0)
        && !(Title is { Exact: not null } && IsAbout(Scope.Title))
        && !(HasLimit(Unit.Lines, Scope.Whole) && _limits.Keys.Any(k => k.Unit == Unit.Lines && k.Scope != Scope.Whole));

    /// <summary>The text, from the sentences that are written.</summary>
    public string Render()
    {
        string text = Data is { } data ? data.Write(Sentences) : Rendering.Of(this);
        return Wrapping.Before is null ? text : Wrapping.Before + text + Wrapping.After;
    }

    private static bool IsLength(Unit unit) => unit is Unit.Words or Unit.Han or Unit.Characters;

    private bool Use(Scope scope)
    {
        _scopes |= 1 << (int)scope;
        return scope switch
        {
            Scope.Title => TakeTitle(),
            Scope.EachItem => TakeList(),
            _ => true,
        };
    }

    /// <summary>Whether the draft has this part, apart from others, so that it can be edited.</summary>
    private bool Offers(Scope scope) => scope == Scope.Whole || !IsBilingual && Wrapping.Before is null && Form switch
    {
        Form.Data => false,
        _ when scope == Scope.Title => true,
        _ when scope is Scope.LastSentence or Scope.EachSentence && Closings.Count > 0 => false,
        Form.Lines => false,
        Form.List => scope is Scope.EachItem or Scope.EachSentence or Scope.FirstSentence or Scope.LastSentence,
        _ when scope == Scope.FirstLine => Title is null && Headings is null or { Count: 0 },
        _ when After.Count > 0 => scope is Scope.FirstParagraph or Scope.FirstSentence,
        _ when Divider is not null => scope is Scope.FirstSentence or Scope.LastSentence,
        _ => scope != Scope.EachItem,
    };
}
