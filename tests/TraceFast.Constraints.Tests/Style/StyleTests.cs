using TraceFast.Constraints.Templates;
using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Style;

public class StyleTests
{
    [Theory]
    [InlineData("upper", "ALL OF IT, 3 TIMES", true)]
    [InlineData("upper", "ALL of IT", false)]
    [InlineData("upper", "123 !", false)]
    [InlineData("upper", "", false)]
    [InlineData("lower", "all of it. 我", true)]
    [InlineData("lower", "All of it", false)]
    [InlineData("lower", "ÉTÉ", false)]
    [InlineData("title", "The Art of War and Peace", true)]
    [InlineData("title", "of Mice", false)]
    [InlineData("title", "The art of war", false)]
    [InlineData("title", "THE ART", false)]
    [InlineData("title", "2024 in Review", true)]
    [InlineData("title", "2024 of the", false)]
    public void Letter_case(string letterCase, string text, bool obeyed) => Expect(Make("letter_case", ("case", letterCase)), text, obeyed);

    [Fact]
    public void Letter_case_of_a_part()
    {
        Make("letter_case", Scope.Title, ("case", "upper")).Obeys("# THE SEA\n\nsmall text.");
        Make("letter_case", Scope.Title, ("case", "upper")).Violates("# The Sea\n\nsmall text.");
        Make("letter_case", Scope.Title, ("case", "upper")).Violates("NO TITLE.");
        Assert.Equal(new TextSpan(2, 1), Make("letter_case", ("case", "upper")).Check(new Response("ABc")).Where);
    }

    [Theory]
    [InlineData("Tea is warm.\n\nAnts like tea.\n\nIt is green.", true)]
    [InlineData("# Tea\n\nTea is warm.\n\n\"Ants\" like tea.", true)]
    [InlineData("茶是热的。\n\n水也热。", true)]
    [InlineData("Tea is warm.\n\ntea is green.", false)]
    [InlineData("Tea is warm.\n\nThe ants like it.", false)]
    [InlineData("茶是热的。\n\n茶是绿的。", false)]
    [InlineData("Tea is warm.", false)]
    [InlineData("Tea is warm.\n\n!!!", false)]
    [InlineData("😀 tea.\n\n😀 ants.", true)]
    [InlineData("Ｔea.\n\nＴree.", false)]
    [InlineData("", false)]
    public void Different_initials(string text, bool obeyed) => Expect(Make("different_initials"), text, obeyed);

    [Theory]
    [InlineData("I saw NASA and the USA-wide plan", 1)]
    [InlineData("NEVER, ever say COVID-19 in the U.S", 3)]
    [InlineData("A B C 123", 0)]
    [InlineData("", 0)]
    public void Words_in_capitals(string text, int count) => Counts("capital_words", text, count);

    [Theory]
    [InlineData("An old silent pond\nA frog jumps into the pond\nSplash! Silence again", true)]
    [InlineData("An old silent pond\nA frog jumps in\nSplash! Silence again", false)]
    [InlineData("An old silent pond\nA frog jumps into the pond", false)]
    [InlineData("", false)]
    public void A_haiku(string text, bool obeyed) => Expect(Make("syllables_per_line", ("pattern", new[] { "5", "7", "5" })), text, obeyed);

    [Fact]
    public void A_pattern_is_of_numbers() =>
        Assert.Throws<ConstraintException>(() => Make("syllables_per_line", ("pattern", new[] { "5", "many" })));

    [Theory]
    [InlineData(5, "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。", true)]
    [InlineData(5, "静夜思\n\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。", true)]
    [InlineData(7, "两个黄鹂鸣翠柳\n一行白鹭上青天", true)]
    [InlineData(7, "两个黄鹂鸣翠柳\n一行白鹭上天", false)]
    [InlineData(5, "床前明月光，疑是地霜。", false)]
    [InlineData(5, "", false)]
    [InlineData(5, "！？", false)]
    public void Verse_of_so_many_characters(int count, string text, bool obeyed) =>
        Expect(Make("han_per_line", ("count", count)), text, obeyed);

    [Theory]
    [InlineData("Sam sang. \"Some sea,\" she said. so it went.", true)]
    [InlineData("Sam sang. He left.", false)]
    [InlineData("- Sun\n- **s**ea", true)]
    [InlineData("", false)]
    public void Sentences_that_start_with_a_letter(string text, bool obeyed) =>
        Expect(Make("initial_letter", ("letter", "s")), text, obeyed);

    [Theory]
    [InlineData("Hi 😀", 1)]
    [InlineData("👨‍👩‍👧 and 👍🏽", 2)]
    [InlineData("🇫🇷🇩🇪", 2)]
    [InlineData("1️⃣ ❤️ ❤ ☀", 4)]
    [InlineData("★ ✓ → © 1 # *", 0)]
    [InlineData("\ufe0f\u200d🏽", 1)]
    [InlineData("", 0)]
    public void Emoji(string text, int count) => Counts("emoji_count", text, count);

    [Theory]
    [InlineData("Wow! 真棒！！", 3)]
    [InlineData("a != b ![image](x)", 0)]
    [InlineData("", 0)]
    public void Exclamation_marks(string text, int count) => Counts("exclamation_count", text, count);

    [Theory]
    [InlineData("en", "The sea is big and it is blue.", true)]
    [InlineData("en", "La mer est grande et les vagues sont belles.", false)]
    [InlineData("en", "大海很大。", false)]
    [InlineData("en", "", false)]
    [InlineData("en", "123", false)]
    [InlineData("zh", "使用Kubernetes部署应用。", true)]
    [InlineData("zh", "The sea 大海", false)]
    [InlineData("zh", "海はとても広いです。", false)]
    [InlineData("ja", "海はとても広いです。", true)]
    [InlineData("ja", "大海很大。", false)]
    [InlineData("ko", "바다는 아주 넓다.", true)]
    [InlineData("ru", "Море очень большое.", true)]
    [InlineData("ar", "البحر واسع جدا", true)]
    [InlineData("th", "ทะเลกว้างใหญ่มาก", true)]
    [InlineData("hi", "समुद्र बहुत बड़ा है।", true)]
    [InlineData("el", "Η θάλασσα είναι μεγάλη.", true)]
    [InlineData("he", "הים גדול מאוד.", true)]
    [InlineData("zh", "运行以下代码即可：\n```\nfor x in range of the list print x and y\n```\n就这样。", true)]
    [InlineData("zh", "参见 https://example.org/a/very/long/path/of/words 。", true)]
    public void Language_by_script(string language, string text, bool obeyed) =>
        Expect(Make("language", ("language", language)), text, obeyed);

    [Theory]
    [InlineData("大海很大很蓝。 The sea is big.", true)]
    [InlineData("大海很大很蓝，今天天气很好。 The sea.", false)]
    [InlineData("The sea is big.", false)]
    [InlineData("", false)]
    public void Two_languages(string text, bool obeyed) => Expect(Make("bilingual", ("first", "zh"), ("second", "en")), text, obeyed);

    [Fact]
    public void Two_languages_that_can_not_be_told_apart_are_refused()
    {
        Assert.Throws<ConstraintException>(() => Make("bilingual", ("first", "zh"), ("second", "ja")));
        Assert.Throws<ConstraintException>(() => Make("bilingual", ("first", "en"), ("second", "en")));
    }

    [Fact]
    public void Languages_have_names()
    {
        Assert.Equal("Answer in Greek", Statements.Render(Make("language", ("language", "el")), Language.English, 0));
        Assert.Equal("请用希腊文回答", Statements.Render(Make("language", ("language", "el")), Language.Chinese, 0));
        Assert.Equal(Make("language", ("language", "el")), Statements.Parse("answer in greek.", Language.English));
    }

    private static void Expect(Constraint constraint, string text, bool obeyed) =>
        (obeyed ? (Action<string>)constraint.Obeys : constraint.Violates)(text);

    private static void Counts(string sort, string text, int count)
    {
        Make(sort, ("min", count == 0 ? null : count), ("max", count)).Obeys(text);
        Make(sort, ("min", count + 1)).Violates(text);
    }
}
