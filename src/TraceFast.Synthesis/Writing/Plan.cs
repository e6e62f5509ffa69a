using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>The form of the body of an answer.</summary>
internal enum Shape
{
    /// <summary>Paragraphs, perhaps with headings before them, a table or code behind them.</summary>
    Prose,

    /// <summary>Items, perhaps with a paragraph before them.</summary>
    List,

    /// <summary>Lines of verse.</summary>
    Verse,

    /// <summary>Lines "left SEPARATOR right".</summary>
    Pairs,

    /// <summary>Lines "Label: text".</summary>
    Template,

    /// <summary>Lines in the shape of an example.</summary>
    Example,

    JsonObject,
    JsonArray,
    Csv,
}

/// <summary>
/// What the constraints of one answer ask for, together. <see cref="Of"/> collects them sort by sort (<see cref="PlanRules"/>); the writer then makes a text that has all of it.
/// </summary>
internal sealed class Plan
{
    private Plan(Language language)
    {
        Language = language;
        TextLanguage = language;
        Unit = language == Language.Chinese ? LengthUnit.Han : LengthUnit.Words;
    }

    /// <summary>Of the instruction.</summary>
    public Language Language { get; }

    /// <summary>Of the answer.</summary>
    public Language TextLanguage { get; set; }

    /// <summary>As few and as short sentences as the constraints leave room for, within a little.</summary>
    public bool IsBrief { get; init; }

    /// <summary>The second half is in the other language.</summary>
    public bool IsBilingual { get; set; }

    public Shape Shape { get; set; }

    /// <summary>The constraint that decided the shape, for its arguments.</summary>
    public Constraint? ShapeSource { get; set; }

    public bool HasTable { get; set; }

    public bool HasCode { get; set; }

    /// <summary>The table's or the code's constraint.</summary>
    public Constraint? BlockSource { get; set; }

    /// <summary>What lengths are counted in; one unit for the whole plan.</summary>
    public LengthUnit Unit { get; set; }

    public Dictionary<Scope, CountRange> Lengths { get; } = [];

    public Dictionary<Scope, CountRange> Sentences { get; } = [];

    public Dictionary<Scope, CountRange> Lines { get; } = [];

    public CountRange Paragraphs { get; set; }

    public CountRange Items { get; set; }

    public List<(string Word, Scope Scope)> Keywords { get; } = [];

    public List<(string Word, Scope Scope)> Forbidden { get; } = [];

    public List<(string Word, CountRange Range)> Frequencies { get; } = [];

    public List<(string First, string Second)> Orders { get; } = [];

    public List<(char Letter, CountRange Range)> Letters { get; } = [];

    public Dictionary<Scope, string> Starts { get; } = [];

    public Dictionary<Scope, string> Ends { get; } = [];

    /// <summary>upper, lower or title; null: as written.</summary>
    public string? Case { get; set; }

    /// <summary>Cases of the first or last sentence.</summary>
    public Dictionary<Scope, string> SentenceCases { get; } = [];

    public string? TitleCase { get; set; }

    public Language? TitleLanguage { get; set; }

    /// <summary>The letter that each sentence, line, item or paragraph must start with.</summary>
    public Dictionary<Scope, char> Initials { get; } = [];

    public string? SentenceEnd { get; set; }

    public List<string> ForbiddenMarks { get; } = [];

    public List<string> ForbiddenTitleMarks { get; } = [];

    public bool NoDigits { get; set; }

    public CountRange Numbers { get; set; }

    public int? Decimals { get; set; }

    public string? NumberStyle { get; set; }

    public string? DateFormat { get; set; }

    public CountRange Questions { get; set; }

    /// <summary>Of the whole or of one part.</summary>
    public (Scope Scope, CountRange Range) Exclamations { get; set; }

    /// <summary>Of the whole or of one part.</summary>
    public (Scope Scope, CountRange Range) Emoji { get; set; }

    public CountRange Capitals { get; set; }

    public CountRange Bold { get; set; }

    public CountRange Italic { get; set; }

    public List<string> Highlighted { get; } = [];

    public CountRange Placeholders { get; set; }

    public CountRange Citations { get; set; }

    public CountRange References { get; set; }

    public CountRange Links { get; set; }

    /// <summary>Some Markdown must stand in the answer.</summary>
    public bool NeedsMarkdown { get; set; }

    public bool NeedsTitle { get; set; }

    /// <summary>A title that nobody asks for would break nothing that somebody does.</summary>
    public bool HasRoomForTitle =>
        !NeedsTitle && !IsBilingual && Shape is Shape.Prose or Shape.List or Shape.Verse && Starts.Count == 0 && !Headings.IsAsked() && !HeadingDepth.IsAsked() && SectionHeadings is null && XmlTag is null && !Quoted;

    public bool BracketTitle { get; set; }

    public string? ExactTitle { get; set; }

    public CountRange Headings { get; set; }

    public int? HeadingLevel { get; set; }

    public CountRange HeadingDepth { get; set; }

    public IReadOnlyList<string>? SectionHeadings { get; set; }

    public bool Numbered { get; set; }

    public bool Bulleted { get; set; }

    public string? BulletMark { get; set; }

    public string? NumberingStyle { get; set; }

    public CountRange ListedItems { get; set; }

    /// <summary>Levels of a nested list; 1: flat.</summary>
    public int ListDepth { get; set; } = 1;

    public string? Separator { get; set; }

    public string? Postscript { get; set; }

    public string? XmlTag { get; set; }

    public bool Quoted { get; set; }

    /// <summary>The plan for constraints that stand together; null: the writer can not write that.</summary>
    public static Plan? Of(IReadOnlyList<Constraint> constraints, Language language, bool isBrief = false)
    {
        Plan plan = new(language) { IsBrief = isBrief };
        foreach (Constraint constraint in constraints)
        {
            if (!PlanRules.TryAdd(plan, constraint))
                return null;
        }

        if (plan.Lengths.Count == 0)
            plan.Unit = plan.IsBilingual ? LengthUnit.Characters : plan.TextLanguage == Language.Chinese ? LengthUnit.Han : LengthUnit.Words;
        return PlanRules.FitTogether(plan, constraints) ? plan : null;
    }

    /// <summary>Takes a shape; false: it has another.</summary>
    public bool Take(Shape shape, Constraint constraint)
    {
        if (ShapeSource is not null && (shape != Shape.List || Shape != Shape.List))
            return false;
        Shape = shape;
        ShapeSource ??= constraint;
        return true;
    }

    /// <summary>What two ranges have in common; null: nothing.</summary>
    public static CountRange? Common(CountRange a, CountRange b)
    {
        long? min = a.Min is null ? b.Min : b.Min is null ? a.Min : Math.Max(a.Min.Value, b.Min.Value);
        long? max = a.Max is null ? b.Max : b.Max is null ? a.Max : Math.Min(a.Max.Value, b.Max.Value);
        return min > max ? null : new(min, max);
    }

    /// <summary>How long sentences are that nobody asks a length of: few, usual and many units.</summary>
    public (int Least, int Short, int Long, int Most) SentenceLength => Unit switch
    {
        LengthUnit.Words => (4, 8, 14, 24),
        LengthUnit.Han => (6, 10, 20, 40),
        _ => TextLanguage == Language.Chinese && !IsBilingual ? (8, 12, 24, 50) : (28, 50, 84, 150),
    };

    /// <summary>Narrows the range of a part; false: nothing is left.</summary>
    public static bool Narrow(Dictionary<Scope, CountRange> ranges, Scope part, CountRange range)
    {
        if (Common(ranges.GetValueOrDefault(part), range) is not { } common)
            return false;
        ranges[part] = common;
        return true;
    }
}
