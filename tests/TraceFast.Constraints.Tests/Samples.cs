using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

/// <summary>Shorthand for tests of sorts.</summary>
internal static class Samples
{
    private static readonly string[] s_englishWords = ["river", "garden", "teacher", "window", "market", "coffee"],
        s_englishOthers = ["volcano", "pyramid", "satellite", "orchestra"];

    private static readonly string[] s_chineseWords = ["河流", "花园", "老师", "窗户", "市场", "咖啡"], s_chineseOthers = ["火山", "金字塔", "卫星", "乐队"];

    public static SamplingContext Context(SeededRandom random, Language language) => language == Language.Chinese
        ? new SamplingContext(random, language, s_chineseWords, s_chineseOthers)
        : new SamplingContext(random, language, s_englishWords, s_englishOthers);

    /// <summary>A constraint by the names of its type and fields; null leaves a field out.</summary>
    public static Constraint Make(string type, Scope scope, params (string, object?)[] fields) =>
        ConstraintTypes.Get(type).Create(Values(fields), scope);

    public static Dictionary<string, object> Values(params (string Name, object? Value)[] fields) =>
        fields.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => f.Value switch
    {
        int number => (long)number,
        IEnumerable<string> texts => TextList.Of(texts),
        { } value => value,
        null => throw new ArgumentNullException(nameof(fields)),
    });

    public static Constraint Make(string type, params (string, object?)[] fields) => Make(type, Scope.Whole, fields);

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
