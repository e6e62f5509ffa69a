using System.Globalization;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>syllables_per_line{pattern}: the answer has as many lines as the pattern has numbers, and each line as many syllables as its number says, as <see cref="Syllables"/> counts (a haiku: 5, 7, 5).</summary>
public sealed class SyllablesPerLineSort : Sort
{
    private static readonly string[][] Patterns = [["5", "7", "5"], ["5", "7", "5", "7", "7"], ["2", "4", "6", "8", "2"], ["8", "6", "8", "6"], ["7", "7"], ["6", "6", "6"], ["8", "8", "8", "8"]];

    public override string Name => "syllables_per_line";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("pattern", ParameterType.Texts)];

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Write lines of {pattern:plain} syllables, in that order", "The syllables per line must be {pattern:plain}", "Follow the syllable pattern {pattern:plain}, one number for each line", "Give the lines {pattern:plain} syllables respectively",
            "Use this syllable count line by line: {pattern:plain}", "Compose it so that the lines have {pattern:plain} syllables");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<string> pattern = constraint.Arguments.Texts("pattern");
        IReadOnlyList<TextSpan> lines = response.BodyLines;
        if (lines.Count != pattern.Count)
            return new(Outcome.Violated, $"the answer has {lines.Count} lines, not {pattern.Count}");
        for (int n = 0; n < lines.Count; n++)
        {
            int syllables = 0;
            foreach (TextSpan word in response.WordsIn(lines[n]))
                syllables += Syllables.Count(response.Span(word));
            if (syllables != Parse(pattern[n]))
                return new(Outcome.Violated, $"line {n + 1} has {syllables} syllables, not {pattern[n]}", lines[n]);
        }

        return new(Outcome.Obeyed, $"the lines have {string.Join(", ", pattern)} syllables");
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(Patterns));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        IReadOnlyList<string> given = constraint.Arguments.Texts("pattern");
        return Make(context.Random.Pick([.. Patterns.Where(p => !p.SequenceEqual(given))]));
    }

    public override IReadOnlySet<string> ConflictsWith { get; } =
        new HashSet<string> { "line_count", "word_count", "character_count", "sentence_count", "paragraph_count", "item_count", "numbered_list", "bulleted_list", "json", "json_object", "json_array", "csv", "markdown_table", "code_block", "xml_element", "line_shape", "template_slots", "postscript" };

    protected override string? Refuse(Arguments arguments) =>
        arguments.Texts("pattern").FirstOrDefault(t => Parse(t) is null or < 1 or > 40) is { } wrong ? $"\"{wrong}\" is no number of syllables from 1 to 40" : null;

    private static int? Parse(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private Constraint Make(string[] pattern) => new(this, Arguments.Of(("pattern", pattern)));
}
