namespace TraceFast.Evaluation.Judging;

/// <summary>The form that a judge's answer must have.</summary>
/// <param name="Parse">The decision in an answer; null: the answer has another form. Strict: what can be read in two ways is not read.</param>
/// <param name="Expected">The form in words, for the one plea to repair an answer: "the last line is VERDICT: YES or VERDICT: NO".</param>
public sealed record AnswerForm<T>(Func<string, T?> Parse, string Expected)
    where T : class;
