using System.Buffers;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Style;

/// <summary>
/// han_per_line{count}: each line has that many characters (字, <see cref="Response.CountHanUnits"/>), or is made of clauses (parted by ，。！？；、) that each have: verse of five or seven characters (五言, 七言)
/// is written both ways.
/// </summary>
public sealed class HanPerLineSort : Sort
{
    private static readonly SearchValues<char> ClauseEnds = SearchValues.Create("，。！？；、：,.!?;:");

    public override string Name => "han_per_line";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("count", ParameterType.Integer)];

    public override IReadOnlyList<Language> Languages { get; } = [Language.Chinese];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        new HashSet<string> { "numbered_list", "bulleted_list", "json", "json_object", "json_array", "csv", "markdown_table", "code_block", "xml_element", "line_shape", "template_slots", "postscript", "language", "bilingual" };

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .Chinese("每行{count:words}个字", "每一行都必须是{count}个字", "诗句采用{count:words}言形式", "写成{count:words}言诗", "每句诗{count:words}字", "各行字数均为{count}字", "诗的每一行恰好{count:words}个字", "每行字数相同，都是{count}个字");

    public override Verdict Check(Constraint constraint, Response response)
    {
        long asked = constraint.Arguments.Integer("count");
        foreach (TextSpan line in response.BodyLines)
        {
            int units = response.CountHanUnits(line);
            if (units != asked && !ClausesHave(response, line, asked))
                return new(Outcome.Violated, $"the line has {units} characters, not {asked}, and is not made of clauses of {asked}", line);
        }

        return Verdict.Of(response.BodyLines.Count > 0, $"{response.BodyLines.Count} lines of {asked} characters");
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick([5, 7, 5, 7, 4, 6]));

    /// <summary>A number of which neither is a multiple of the other: two clauses of five make a line of ten.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        long given = constraint.Arguments.Integer("count");
        return Make(context.Random.Pick([.. new long[] { 5, 7, 4, 6, 9, 11 }.Where(c => c % given != 0 && given % c != 0 || given == 1 && c > 1)]));
    }

    protected override string? Refuse(Arguments arguments) => arguments.Integer("count") is < 2 or > 50 ? "characters per line lie between 2 and 50" : null;

    private static bool ClausesHave(Response response, TextSpan line, long asked)
    {
        int start = line.Start, end = line.Start + line.Length, clauses = 0;
        while (start < end)
        {
            int length = response.Text.AsSpan(start, end - start).IndexOfAny(ClauseEnds);
            int stop = length < 0 ? end : start + length;
            int units = response.CountHanUnits(new TextSpan(start, stop - start));
            if (units != asked && units != 0)
                return false;
            clauses += units == 0 ? 0 : 1;
            start = stop + 1;
        }

        return clauses > 0;
    }

    private Constraint Make(long count) => new(this, Arguments.Of(("count", count)));
}
