using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;
using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints.Types;

/// <summary>
/// At least four fifths of the answer or part is in the language, as <see cref="LanguageShares"/> tells (names and terms in another script
/// may be in it).
/// </summary>
public sealed record AnswerLanguage(string Language, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition =
        new("language", Category.Multilingual, typeof(AnswerLanguage), Sample, ("language", LanguageShares.Codes))
    { Scopes = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.FirstSentence,
        Scope.LastSentence], Needs = Aspects.Script };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        double share = 0;
        foreach (TextSpan span in spans)
        {
            share = LanguageShares.Of(response, span).Of(Language);
            if (share < LanguageShares.Written)
            {
                string reason = $"{share * 100:0} % is in {NameOf(Language)}, less than {LanguageShares.Written * 100:0} %";
                return new(Outcome.Violated, reason, Scope == Scope.Whole ? null : span);
            }
        }

        return spans.Count == 0 ? ScopeNames.Missing(Scope) : new(Outcome.Obeyed, $"{share * 100:0} % is in {NameOf(Language)}");
    }

    /// <summary>The writer knows two languages.</summary>
    public override bool Apply(Draft draft)
    {
        if (Language is not ("en" or "zh") || Scope is not (Scope.Whole or Scope.Title))
            return false;
        Language language = Constraints.Languages.Of(Language);
        return Scope == Scope.Whole ? draft.Write(language) : draft.Edit(Scope, title => (title[0].Language = language) == language);
    }

    /// <summary>The other of English and Chinese; English for a third.</summary>
    public override Constraint SampleConflicting(SamplingContext context) => new AnswerLanguage(Language == "en" ? "zh" : "en", Scope);

    internal static string NameOf(string code) => TemplateLibrary.Of(Constraints.Language.English).NamesOf("language", code)[0];

    /// <summary>The context's own language.</summary>
    private static AnswerLanguage Sample(SamplingContext context) =>
        new(Constraints.Languages.CodeOf(context.Language), context.Random.Chance(0.8) ? Scope.Whole : Scope.Title);
}

/// <summary>More than a fifth of the answer is in each of the two languages, as <see cref="LanguageShares"/> tells.</summary>
public sealed record Bilingual(string First, string Second) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("bilingual", Category.Multilingual, typeof(Bilingual), Sample, ("first", LanguageShares.Codes),
        ("second", LanguageShares.Codes))
    { Owns = Aspects.Script, Needs = Aspects.Prose };

    public override Verdict Check(Response response)
    {
        LanguageShares shares = LanguageShares.Of(response, response.Whole);
        (double one, double two) = (shares.Of(First), shares.Of(Second));
        string found = $"{one * 100:0} % is in {AnswerLanguage.NameOf(First)}, {two * 100:0} % in {AnswerLanguage.NameOf(Second)}";
        return Verdict.Of(one > LanguageShares.Stands
            && two > LanguageShares.Stands, $"{found}; asked: more than {LanguageShares.Stands * 100:0} % each");
    }

    public override bool Apply(Draft draft) => First is "en" or "zh" && Second is "en" or "zh" && draft.WriteBothLanguages();

    /// <summary>One of the languages alone.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new AnswerLanguage(context.Random.Chance(0.5) ? First : Second);

    protected override string? Validate() => (First, Second) switch
    {
        var (first, second) when first == second => "first and second are the same language",
        ("zh", "ja") or ("ja", "zh") =>
            "Chinese and Japanese share their characters, so that a program cannot tell them apart in one text",
        _ => null,
    };

    private static Bilingual Sample(SamplingContext context) => context.Random.Chance(0.5) ? new("en", "zh") : new("zh", "en");
}
