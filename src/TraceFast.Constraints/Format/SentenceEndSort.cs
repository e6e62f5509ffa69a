using System.Buffers;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// sentence_end{mark}: every sentence ends with the mark, full or half width alike; quotes, brackets, emphasis and [1] behind it do not matter. Headings, the title and code are no sentences.
/// Contradicted by another mark.
/// </summary>
public sealed class SentenceEndSort : Sort
{
    private const int LongestCitation = 40;

    private const string Closers = "\"'”’」』》）)]】»*_`~ ";

    private static readonly SearchValues<char> CitationCharacters = SearchValues.Create("0123456789,- ");

    private static readonly string[] English = ["!", "?", "...", "."], Chinese = ["！", "？", "……", "。"];

    public override string Name => "sentence_end";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("mark", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.Ends, .. SortNames.LineForms, "question_count", "exclamation_count", "markdown_table", "template_slots", "reference_list", "separator"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "End every sentence with {mark:quoted}", "Each sentence must end with {mark:quoted}", "All sentences have to close with the mark {mark:quoted}", "Use {mark:quoted} at the end of every sentence",
            "No sentence may end with anything but {mark:quoted}", "Finish each and every sentence with {mark:quoted}")
        .Chinese("每句话都以{mark:quoted}结尾", "所有句子必须用{mark:quoted}结束", "每个句子的末尾都要使用{mark:quoted}", "句末标点一律为{mark:quoted}", "全文每一句都要以{mark:quoted}收尾", "句子结尾只能用{mark:quoted}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string mark = constraint.Arguments.Text("mark");
        foreach (TextSpan place in response.Sentences)
        {
            if (!Ends(response.Span(place), mark))
                return new(Outcome.Violated, $"a sentence does not end with {mark}", place);
        }

        return Verdict.Of(response.Sentences.Count > 0, response.Sentences.Count > 0 ? $"all {response.Sentences.Count} sentences end with {mark}" : "the answer has no sentence");
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(MarksOf(context.Language)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string mark = constraint.Arguments.Text("mark");
        string core = mark.TrimEnd(Closers.ToCharArray());
        if (core.Length == 0)
            return new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { mark })));
        return Make(Drawn.Other(context.Random, MarksOf(context.Language), m => FoldedWidth.Of(m[^1]) != FoldedWidth.Of(core[^1])));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("mark")];

    private static string[] MarksOf(Language language) => language == Language.Chinese ? Chinese : English;

    private static bool Ends(ReadOnlySpan<char> sentence, string mark)
    {
        if (sentence.EndsWith(mark))
            return true;
        ReadOnlySpan<char> bare = WithoutClosers(sentence);
        return bare.EndsWith(mark) || mark.Length == 1 && bare.Length > 0 && FoldedWidth.Of(bare[^1]) == FoldedWidth.Of(mark[0]);
    }

    /// <summary>Without closing marks and citations [1], [2, 3] at its end.</summary>
    private static ReadOnlySpan<char> WithoutClosers(ReadOnlySpan<char> sentence)
    {
        while (true)
        {
            ReadOnlySpan<char> tail = sentence.Length > LongestCitation ? sentence[^LongestCitation..] : sentence;
            int open = tail is [.., ']'] ? tail.LastIndexOf('[') : -1;
            if (open >= 0 && !tail[(open + 1)..^1].ContainsAnyExcept(CitationCharacters))
                sentence = sentence[..^(tail.Length - open)];
            else if (sentence.Length > 0 && Closers.Contains(sentence[^1]))
                sentence = sentence[..^1];
            else
                return sentence;
        }
    }

    private Constraint Make(string mark) => new(this, Arguments.Of(("mark", mark)));
}
