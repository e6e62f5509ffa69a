using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Words given in quotation marks: to contain, how often, to leave out.</summary>
internal sealed class Words : PatternFamily
{
    private const string ChineseSubject = "(?:回答|回复|答案|文章|全文|文本|文中|短语|短文|故事|内容|诗歌|报告|正文|邮件|标语|句子|结果|输出|输出内容|广告语|作文|对话)?(?:中|里|内)?";
    private const string ChineseModal = "(?:必须|需要|需|应当|应该|应|须|要|请|都|同时|至少)*";

    private static readonly Regex Contain = Pattern(
        $"^(?:请|要求|确保|在)*{ChineseSubject}{ChineseModal}(?:包含|包括|含有|出现|使用|提到|提及)(?:以下)?(?:关键词|关键字|词语|单词|词|短语|字样|：|:|\\s)*(?<words>{Quotations.List})(?:这(?:[一二两三四五六七八九十0-9]+)?个?(?:词|词语|关键词|单词|短语))?(?:等?关键词|一词|字样|的字样|等词语?)?$");

    private static readonly Regex Forbid = Pattern(
        $"^(?:请|要求|确保|在)*{ChineseSubject}(?:中|里|内|必须|都)*(?:不要|不得|不能|不可|不应|不|禁止|避免|请勿|切勿|严禁)(?:包含|包括|含有|出现|使用|提到|提及|用)(?:以下)?(?:关键词|关键字|词语|单词|词|短语|字样|：|:|\\s)*(?<words>{Quotations.List})(?:这(?:[一二两三四五六七八九十0-9]+)?个?(?:词|词语|关键词|单词|短语))?(?:等?关键词|一词|字样|等词语?)?$");

    private static readonly Regex ChineseOften = Pattern(
        $"^(?:请|要求|确保|且|并|并且|同时|在)*(?:关键词|单词|词语|词)?(?<word>{Quotations.Pattern})?(?:这个?|一|关键)*(?:词|词语|关键词)?(?:在文章中|在文中|在全文中|全文中|必须|需要|需|应|要|都)*(?:出现|使用|提及|提到|用)?{CountPhrase.Chinese("次").Replace("次)(?<after>", "次)(?:出现|使用)?(?<after>", StringComparison.Ordinal)}$|^(?:且|并|并且)?(?<bound2>最多|至多|至少|不超过)(?:使用|出现|提及)(?<a2>{Numerals.Chinese})(?<unit2>次)(?<after2>)$");

    private static readonly Regex EitherWord = Pattern("或|\\bor\\b");

    private const string Bare = "[a-z][a-z0-9_'-]*"; // one word without marks, after "the word" only

    private static readonly Regex EnglishContain = Pattern(
        $"^(?:please|also|make sure|be sure|don't forget|to|your|the|my|response|answer|reply|should|must|in|[\\s,])*(?:include|contain|containing|use|mention|using)(?:s)? (?:the |both |all of |these |following |exact )*(?:(?:keyword|keywords|word|words|phrase|phrases|term|terms)?:?\\s*(?<words>{Quotations.List})|(?:keyword|keywords|word|words):?\\s+(?<bare>{Bare}))(?:\\s|in|your|the|response|reply|answer|somewhere|text|at least once)*\\.?$");

    private static readonly Regex EnglishForbid = Pattern(
        $"^(?:please|also|make sure|your|the|my|response|answer|reply|should|must|you|can|[\\s,])*(?:not include|not contain|not use|not mention|do not include|do not use|do not mention|do not say|don't use|don't say|don't mention|never use|avoid using|avoid|without using|refrain from using|not say)(?: of)? (?:the |any of |these |following )*(?:(?:keyword|keywords|word|words|phrase|phrases|term|terms)?:?\\s*(?<words>{Quotations.List})|(?:keyword|keywords|word|words):?\\s+(?<bare>{Bare}))(?:\\s|in|your|the|response|reply|answer|text|anywhere)*\\.?$|^(?:the )?(?:word|words|phrase|keyword)s?\\s*(?:(?<words2>{Quotations.List})|(?<bare2>{Bare}))\\s*(?:should not|must not|cannot|can not|may not|shouldn't) (?:appear|be|be used|be in)(?: in)?(?: the| your)?(?: response| answer| reply)?\\.?$");

    private static readonly Regex EnglishOften = Pattern(
        $"^(?:please|in your (?:entire )?response|in the response|make sure|be sure|to|your|the|reply|response|answer|should|must|use|include|mention|that|[\\s,])*(?:(?:the )?(?:word|keyword|phrase|term)?\\s*(?<word>{Quotations.Pattern})|(?:the )?(?:word|keyword)\\s+(?<bareWord>{Bare}))\\s*(?:should|must|appears?|show up|be|used|occur|for|[\\s])*{CountPhrase.English("times?")}(?:\\s|in|your|the|response|reply|answer|text|entire)*\\.?$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (Doubt.IsWish(Quotations.Blank(clause.Text)))
            return;
        if (TryTexts(Forbid, clause, "words", out Match match, out IReadOnlyList<string> texts) || TryTexts(EnglishForbid, clause, "words", out match, out texts) || TryTexts(EnglishForbid, clause, "words2", out match, out texts) || TryBare(EnglishForbid, clause, out match, out texts))
        {
            if (texts.All(Quotations.IsLiteral) && texts.All(t => t.Any(char.IsLetterOrDigit)))
                found.Add(At(clause, match, () => new ForbiddenWords(TextList.Of(texts))));
            return;
        }

        if (TryTexts(Contain, clause, "words", out match, out texts) || TryTexts(EnglishContain, clause, "words", out match, out texts) || TryBare(EnglishContain, clause, out match, out texts))
        {
            if (texts.All(Quotations.IsLiteral) && !line.IsCodeTask && !EitherWord.IsMatch(Quotations.Blank(clause.Text)) && texts.All(t => t.Any(char.IsLetterOrDigit)))
                found.Add(At(clause, match, () => new Keywords(TextList.Of(texts))));
            return;
        }

        ReadOften(clause, line, found);
    }

    private static void ReadOften(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = ChineseOften.Match(clause.Text);
        if (!match.Success)
            match = EnglishOften.Match(clause.Text);
        if (!match.Success)
            return;
        string suffix = match.Groups["a2"].Success ? "2" : "";
        string? word = match.Groups["word"].Success ? Quotations.Strip(match.Groups["word"].Value) : match.Groups["bareWord"].Success ? match.Groups["bareWord"].Value : Earlier(line, clause);
        if (word is not null && Quotations.IsLiteral(word) && CountPhrase.Read(match, suffix, CountPhrase.Bare.Exact) is { } range)
            found.Add(At(clause, match, () => new KeywordFrequency(word, range)));
    }

    /// <summary>"“X”需加粗显示，且最多使用3次": the one word that the clauses before speak about.</summary>
    private static string? Earlier(LineContext line, Clause clause)
    {
        if (clause.Index == 0)
            return null;
        IReadOnlyList<string> texts = Quotations.Texts(line.Text[..clause.Start]);
        return texts.Count == 1 ? texts[0] : null;
    }

    private static bool TryBare(Regex pattern, Clause clause, out Match match, out IReadOnlyList<string> texts)
    {
        match = pattern.Match(clause.Text);
        string word = match.Groups["bare"].Success ? match.Groups["bare"].Value : match.Groups["bare2"].Value;
        texts = [word];
        return match.Success && word.Length > 0;
    }

    private static bool TryTexts(Regex pattern, Clause clause, string group, out Match match, out IReadOnlyList<string> texts)
    {
        match = pattern.Match(clause.Text);
        texts = match.Success && match.Groups[group].Success ? Quotations.Texts(match.Groups[group].Value) : [];
        return texts.Count > 0;
    }
}
