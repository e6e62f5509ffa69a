using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>language{language}: at least four fifths of the answer or part is in the language, as <see cref="LanguageShares"/> tells (names and terms in another script may stand in it).</summary>
public sealed class LanguageSort : Sort
{
    public override string Name => "language";

    public override Category Kind => Category.Multilingual;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("language", ParameterType.Text, Values: LanguageShares.Codes)];

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.FirstSentence, Scope.LastSentence];

    private static IReadOnlyList<Scope> Named { get; } = [Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.FirstSentence, Scope.LastSentence];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Answer in {language:named}", "The response must be written in {language:named}", "Write everything in {language:named}", "Use {language:named} for your whole answer", "Please reply in {language:named} only", "Your answer has to be in {language:named}", "Respond using the {language:named} language")
        .Chinese("请用{language:named}回答", "使用{language:named}撰写", "全文必须使用{language:named}", "回答语言为{language:named}", "请以{language:named}作答", "内容需用{language:named}书写", "只能使用{language:named}回复")
        .EnglishAbout(Named, "@ must be in {language:named}", "Write @ in {language:named}", "Use {language:named} for @")
        .ChineseAbout(Named, "@必须使用{language:named}", "@用{language:named}书写", "@需为{language:named}");

    public override string? NameOf(string parameter, string value, Language language) => LanguageNames.Of(value, language);

    public override Verdict Check(Constraint constraint, Response response)
    {
        string asked = constraint.Arguments.Text("language");
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        double share = 0;
        foreach (TextSpan place in places)
        {
            share = LanguageShares.Of(response, place).Of(asked);
            if (share < LanguageShares.Written)
                return new(Outcome.Violated, $"{share * 100:0} % is in {LanguageNames.Of(asked, Language.English)}, less than {LanguageShares.Written * 100:0} %", constraint.Scope == Scope.Whole ? null : place);
        }

        return places.Count == 0
            ? new(Outcome.Violated, $"the answer has no {ScopeNames.Of(constraint.Scope, Language.English)[0].Split(' ', 2)[1]}")
            : new(Outcome.Obeyed, $"{share * 100:0} % is in {LanguageNames.Of(asked, Language.English)}");
    }

    /// <summary>The context's own language.</summary>
    public override Constraint Draw(SamplingContext context) => Make(TraceFast.Constraints.Languages.CodeOf(context.Language), context.Random.Chance(0.8) ? Scope.Whole : Scope.Title);

    /// <summary>The other of English and Chinese; English for a third.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context) => Make(constraint.Arguments.Text("language") == "en" ? "zh" : "en", constraint.Scope);

    private Constraint Make(string language, Scope part) => new(this, Arguments.Of(("language", language)), part);
}
