using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Drawing;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>language{language}: at least four fifths of the answer or part is in the language, as <see cref="LanguageShares"/> tells (names and terms in another script may stand in it).</summary>
public sealed class LanguageSort : Sort
{
    public override string Name => "language";

    public override Kind Kind => Kind.Multilingual;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("language", ParameterType.Text, Values: LanguageShares.Codes)];

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, Part.Title, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.FirstSentence, Part.LastSentence];

    private static IReadOnlyList<Part> Named { get; } = [Part.Title, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.FirstSentence, Part.LastSentence];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Answer in {language:named}", "The response must be written in {language:named}", "Write everything in {language:named}", "Use {language:named} for your whole answer", "Please reply in {language:named} only", "Your answer has to be in {language:named}", "Respond using the {language:named} language")
        .Chinese("请用{language:named}回答", "使用{language:named}撰写", "全文必须使用{language:named}", "回答语言为{language:named}", "请以{language:named}作答", "内容需用{language:named}书写", "只能使用{language:named}回复")
        .EnglishAbout(Named, "@ must be in {language:named}", "Write @ in {language:named}", "Use {language:named} for @")
        .ChineseAbout(Named, "@必须使用{language:named}", "@用{language:named}书写", "@需为{language:named}");

    public override string? NameOf(string parameter, string value, Language language) => LanguageNames.Of(value, language);

    public override Verdict Check(Constraint constraint, Response response)
    {
        string asked = constraint.Arguments.Text("language");
        IReadOnlyList<Place> places = response.PartsOf(constraint.Part);
        double share = 0;
        foreach (Place place in places)
        {
            share = LanguageShares.Of(response, place).Of(asked);
            if (share < LanguageShares.Written)
                return new(Outcome.Violated, $"{share * 100:0} % is in {LanguageNames.Of(asked, Language.English)}, less than {LanguageShares.Written * 100:0} %", constraint.Part == Part.Whole ? null : place);
        }

        return places.Count == 0
            ? new(Outcome.Violated, $"the answer has no {PartNames.Of(constraint.Part, Language.English)[0].Split(' ', 2)[1]}")
            : new(Outcome.Obeyed, $"{share * 100:0} % is in {LanguageNames.Of(asked, Language.English)}");
    }

    /// <summary>The context's own language.</summary>
    public override Constraint Draw(DrawContext context) => Make(TraceFast.Constraints.Languages.CodeOf(context.Language), context.Random.Chance(0.8) ? Part.Whole : Part.Title);

    /// <summary>The other of English and Chinese; English for a third.</summary>
    public override Constraint Contradict(Constraint constraint, DrawContext context) => Make(constraint.Arguments.Text("language") == "en" ? "zh" : "en", constraint.Part);

    private Constraint Make(string language, Part part) => new(this, Arguments.Of(("language", language)), part);
}
