using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints;

/// <summary>Texts that constraints are sampled from, by list: the blocks of words.en.txt and words.zh.txt. They fit any task.</summary>
internal static class WordLists
{
    private static readonly ResourceBlocks s_english = ResourceBlocks.Of(typeof(ConstraintTypes), "words.en.txt"),
        s_chinese = ResourceBlocks.Of(typeof(ConstraintTypes), "words.zh.txt");

    public static IReadOnlyList<string> Of(Language language, string list) => (language == Language.Chinese ? s_chinese : s_english)[list];

    /// <summary>Some of the texts, each at most once, in random order.</summary>
    public static TextList SampleSeveral(this SamplingContext context, string list, int low, int high) =>
        SampleSeveral(context, Of(context.Language, list), low, high);

    public static TextList SampleSeveral(this SamplingContext context, IReadOnlyList<string> texts, int low, int high)
    {
        string[] items = [.. texts];
        context.Random.Shuffle(items);
        return TextList.Create(items.AsSpan(0, Math.Min(items.Length, context.Random.Between(low, high))));
    }

    /// <summary>One of the texts that pass; there must be one.</summary>
    public static string SampleOther(this SamplingContext context, IEnumerable<string> texts, Func<string, bool> passes) =>
        context.Random.Pick([.. texts.Where(passes)]);

    /// <summary>The texts in another order; there must be two different ones.</summary>
    public static TextList SampleReordered(this SamplingContext context, TextList texts)
    {
        string[] other = [.. texts];
        do
            context.Random.Shuffle(other);
        while (other.AsSpan().SequenceEqual([.. texts]));
        return TextList.Create(other);
    }
}
