using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>bilingual{first,second}: more than a fifth of the answer is in each of the two languages, as <see cref="LanguageShares"/> tells.</summary>
public sealed class BilingualSort : Sort
{
    public override string Name => "bilingual";

    public override Category Kind => Category.Multilingual;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("first", ParameterType.Text, Values: LanguageShares.Codes), new("second", ParameterType.Text, Values: LanguageShares.Codes)];

    public override IReadOnlySet<string> ConflictsWith { get; } = new HashSet<string> { "language", "letter_case", "initial_letter", "syllables_per_line", "han_per_line" };

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Answer in both {first:named} and {second:named}", "Give the answer in {first:named} and also in {second:named}", "Write bilingually, in {first:named} and {second:named}", "The response must contain text in {first:named} as well as in {second:named}",
            "Provide one version in {first:named} and one in {second:named}", "Use both languages: {first:named} and {second:named}")
        .Chinese("请同时使用{first:named}和{second:named}两种语言", "以{first:named}和{second:named}双语撰写", "回答需包含{first:named}与{second:named}两个版本", "内容采用{first:named}、{second:named}对照的形式", "{first:named}和{second:named}都要使用", "请先后用{first:named}和{second:named}各写一遍");

    public override string? NameOf(string parameter, string value, Language language) => LanguageNames.Of(value, language);

    public override Verdict Check(Constraint constraint, Response response)
    {
        LanguageShares shares = LanguageShares.Of(response, response.Whole);
        (string first, string second) = (constraint.Arguments.Text("first"), constraint.Arguments.Text("second"));
        (double one, double two) = (shares.Of(first), shares.Of(second));
        return Verdict.Of(one > LanguageShares.Stands && two > LanguageShares.Stands, $"{one * 100:0} % is in {LanguageNames.Of(first, Language.English)}, {two * 100:0} % in {LanguageNames.Of(second, Language.English)}; asked: more than {LanguageShares.Stands * 100:0} % each");
    }

    public override Constraint Draw(SamplingContext context) => new(this, context.Random.Chance(0.5) ? Arguments.Of(("first", "en"), ("second", "zh")) : Arguments.Of(("first", "zh"), ("second", "en")));

    /// <summary>One of the languages alone.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        new(Sorts.Get("language"), Arguments.Of(("language", constraint.Arguments.Text(context.Random.Chance(0.5) ? "first" : "second"))));

    protected override string? Refuse(Arguments arguments) => (arguments.Text("first"), arguments.Text("second")) switch
    {
        var (first, second) when first == second => "first and second are the same language",
        ("zh", "ja") or ("ja", "zh") => "Chinese and Japanese share their characters, so that a program can not tell them apart in one text",
        _ => null,
    };
}
