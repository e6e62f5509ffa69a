using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

/// <summary>Shorthand for tests of sorts.</summary>
internal static class Samples
{
    private static readonly string[] EnglishWords = ["river", "garden", "teacher", "window", "market", "coffee"], EnglishOthers = ["volcano", "pyramid", "satellite", "orchestra"];

    private static readonly string[] ChineseWords = ["河流", "花园", "老师", "窗户", "市场", "咖啡"], ChineseOthers = ["火山", "金字塔", "卫星", "乐队"];

    public static SamplingContext Context(SeededRandom random, Language language) => language == Language.Chinese
        ? new SamplingContext(random, language, ChineseWords, ChineseOthers)
        : new SamplingContext(random, language, EnglishWords, EnglishOthers);

    public static Constraint Make(string sort, Scope part, params (string, object?)[] arguments) => new(Sorts.Get(sort), Arguments.Of(arguments), part);

    public static Constraint Make(string sort, params (string, object?)[] arguments) => Make(sort, Scope.Whole, arguments);

    public static void Obeys(this Constraint constraint, string text) => Expect(constraint, text, Outcome.Obeyed);

    public static void Violates(this Constraint constraint, string text) => Expect(constraint, text, Outcome.Violated);

    private static void Expect(Constraint constraint, string text, Outcome expected)
    {
        Verdict verdict = constraint.Check(new Response(text));
        Assert.True(verdict.Outcome == expected, $"{constraint} on \"{text}\": {verdict}");
        Assert.NotEmpty(verdict.Reason);
        if (verdict.Where is { } place)
            Assert.InRange(place.Start + place.Length, place.Start, text.Length);
    }
}
