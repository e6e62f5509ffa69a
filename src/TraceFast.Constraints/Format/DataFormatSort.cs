namespace TraceFast.Constraints.Format;

/// <summary>
/// A sort that makes the whole answer data (JSON, CSV). It stands with nothing that speaks about the look of prose or of a part of the answer.
/// The answer must be the data and nothing else, apart from one code fence around it.
/// </summary>
public abstract class DataFormatSort : Sort
{
    public sealed override Category Kind => Category.OutputFormat;

    public sealed override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set(
    [
        .. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.Blocks, .. SortNames.LineForms, .. SortNames.Inline, .. SortNames.Ends,
        "sentence_count", "paragraph_count", "line_count", "sentence_end", "question_count", "forbidden_punctuation", "template_slots", "initial_letter", "letter_case", "capital_words",
        "number_count", "no_digits", "letter_frequency", "bilingual",
    ]);

    public sealed override bool Conflicts(Constraint own, Constraint other) => other.Scope != Scope.Whole || other.Sort == this || base.Conflicts(own, other);
}
