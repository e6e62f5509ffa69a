using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Types;

/// <summary>
/// A type that only a language model can judge, with one text; a row of <see cref="Judged"/>. It is sampled as context, from the word list
/// of its name: what that says is true of plain informative prose, since no program sees to it.
/// </summary>
public sealed class JudgedType : ConstraintType
{
    internal JudgedType(string name, Category category, string field)
        : base(name, category, typeof(JudgedConstraint), new Dictionary<string, string> { ["text"] = field }) => IsRuleChecked = false;

    /// <summary>A constraint of this type.</summary>
    public JudgedConstraint Of(string text) => new(this, text);

    public override Constraint Sample(SamplingContext context) =>
        Of(context.Random.Pick(this == Judged.Theme ? context.Words : WordLists.Of(context.Language, Name)));
}

/// <summary>What an answer must be like, in a text that only a language model can judge.</summary>
public sealed record JudgedConstraint(JudgedType Type, string Text) : Constraint(Scope.Whole)
{
    public override JudgedType Type { get; } = Type;

    public override Verdict Check(Response response) => Verdict.NeedsJudge;
    /// <summary>False: the writer cannot see to it.</summary>
    public override bool Apply(Draft draft) => false;

    public override Constraint SampleConflicting(SamplingContext context) =>
        throw new NotSupportedException($"no program can show that an answer violates {Type.Name}");
}

/// <summary>The table of LLM-judged types, each with the name of its text in JSON and templates.</summary>
public static class Judged
{
    /// <summary>What the answer is about.</summary>
    public static readonly JudgedType Theme = new("theme", Category.Theme, "topic");

    /// <summary>The values that the answer upholds.</summary>
    public static readonly JudgedType Values = new("values", Category.Values, "value");

    /// <summary>Whose private facts the answer keeps to itself.</summary>
    public static readonly JudgedType Privacy = new("privacy", Category.Privacy, "subject");

    /// <summary>The role that the writer takes.</summary>
    public static readonly JudgedType RolePlay = new("role_play", Category.RolePlay, "role");

    /// <summary>Whom the answer is for.</summary>
    public static readonly JudgedType Audience = new("audience", Category.Audience, "audience");

    /// <summary>What is to be taken for granted.</summary>
    public static readonly JudgedType Precondition = new("precondition", Category.Precondition, "condition");

    /// <summary>A process told in prose that the answer has to fit.</summary>
    public static readonly JudgedType ProcessBackground = new("process_background", Category.ProcessBackground, "text");

    /// <summary>A process in Markdown that the answer has to fit.</summary>
    public static readonly JudgedType MarkdownProcessBackground =
        new("markdown_process_background", Category.MarkdownProcessBackground, "text") { Needs = Aspects.Headings };

    /// <summary>Facts in a table that the answer has to fit.</summary>
    public static readonly JudgedType TableBackground = new("table_background", Category.TableBackground, "text");

    /// <summary>A passage that the answer has to fit.</summary>
    public static readonly JudgedType TextBackground = new("text_background", Category.TextBackground, "text");

    /// <summary>The tone of voice.</summary>
    public static readonly JudgedType Tone = new("tone", Category.Tone, "tone");

    /// <summary>The feeling that the answer expresses.</summary>
    public static readonly JudgedType Emotion = new("emotion", Category.Emotion, "emotion");

    /// <summary>A trait of the language used.</summary>
    public static readonly JudgedType LinguisticFeature = new("linguistic_feature", Category.LinguisticFeature, "feature");

    /// <summary>A good example to go by.</summary>
    public static readonly JudgedType PositiveExample = new("positive_example", Category.PositiveExample, "example");

    /// <summary>An example of what to avoid.</summary>
    public static readonly JudgedType NegativeExample = new("negative_example", Category.NegativeExample, "example");
}
