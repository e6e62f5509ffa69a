using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>keyword_frequency{word,min,max}: how often a word or phrase stands in the answer, as <see cref="Terms"/> finds it.</summary>
public sealed class KeywordFrequencySort : OccurrenceSort
{
    public override string Name => "keyword_frequency";

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Use the word {word:quoted} at least {min} {min?time:times}", "The word {word:quoted} must appear {min} or more times", "Mention {word:quoted} no fewer than {min} {min?time:times}", "Repeat the word {word:quoted} at least {min:words} {min?time:times}",
            "{word:quoted} should occur at least {min:words} {min?time:times} in your answer", "Make sure that {word:quoted} comes up at least {min} {min?time:times}")
        .English("Use the word {word:quoted} at most {max} {max?time:times}", "The word {word:quoted} must not appear more than {max} {max?time:times}", "Mention {word:quoted} no more than {max} {max?time:times}", "Use {word:quoted} fewer than {max+1} {max+1?time:times}",
            "{word:quoted} should occur at most {max:words} {max?time:times} in your answer", "Don't repeat {word:quoted} more than {max:words} {max?time:times}")
        .English("Use the word {word:quoted} between {min} and {max} times", "The word {word:quoted} should appear {min} to {max} times", "Mention {word:quoted} {min}-{max} times", "{word:quoted} has to occur no fewer than {min} and no more than {max} times",
            "Repeat {word:quoted} {min:words} to {max:words} times", "Make sure that {word:quoted} comes up at least {min} but at most {max} times")
        .EnglishWhen("max={min}", "Use the word {word:quoted} exactly {min} {min?time:times}", "The word {word:quoted} must appear exactly {min:words} {min?time:times}", "Mention {word:quoted} {min} {min?time:times}, no more and no less", "{word:quoted} should occur precisely {min} {min?time:times} in your answer",
            "Have the word {word:quoted} come up exactly {min} {min?time:times}", "Repeat {word:quoted} exactly {min:words} {min?time:times}")
        .EnglishWhen("max=0", "Never use the word {word:quoted}, not even once", "The word {word:quoted} must appear zero times", "Mention {word:quoted} 0 times", "{word:quoted} should not occur a single time in your answer")
        .Chinese("{word:quoted}至少出现{min}次", "文中使用{word:quoted}不少于{min:words}次", "请提到{word:quoted}{min}次或更多", "{word:quoted}一词不得少于{min}次", "回答中{word:quoted}要出现{min:words}次以上（含）", "至少{min:words}次用到{word:quoted}")
        .Chinese("{word:quoted}最多出现{max}次", "文中使用{word:quoted}不超过{max:words}次", "提到{word:quoted}的次数不能多于{max}次", "{word:quoted}一词不得超过{max}次", "回答中{word:quoted}的出现次数控制在{max:words}次以内", "{word:quoted}的出现次数应少于{max+1}次")
        .Chinese("{word:quoted}出现{min}到{max}次", "文中使用{word:quoted}{min:words}至{max:words}次", "{word:quoted}一词不少于{min}次，不超过{max}次", "回答中{word:quoted}的出现次数在{min}到{max}之间", "请提到{word:quoted}{min}-{max}次", "{word:quoted}的次数控制在{min}至{max}次")
        .ChineseWhen("max={min}", "{word:quoted}恰好出现{min}次", "文中使用{word:quoted}正好{min:words}次", "请提到{word:quoted}{min}次，不多也不少", "{word:quoted}一词必须刚好出现{min}次", "回答中{word:quoted}只能出现{min:words}次，不能多也不能少", "{word:quoted}的出现次数必须等于{min}")
        .ChineseWhen("max=0", "{word:quoted}一次也不能出现", "{word:quoted}的出现次数必须为零", "文中一次都不要用{word:quoted}", "一次也不要提到{word:quoted}");

    protected override Parameter Term { get; } = new("word", ParameterType.Text);

    protected override (int Low, int High) Usual => (1, 4);

    protected override int Count(ReadOnlySpan<char> text, string term) => Terms.Count(text, term);

    protected override (string Term, int Low, int High) DrawTerm(SamplingContext context) => (context.Random.Pick(context.Words), 1, 3);
}
