namespace TraceFast.Endpoint.Asking;

/// <summary>The form that an answer must have.</summary>
/// <param name="Parse">What an answer holds; null: it has another form. Strict: what can be read in two ways is not read.</param>
/// <param name="Expected">The form in words, for the one plea to repair an answer: "the last line is VERDICT: YES or VERDICT: NO".</param>
public sealed record ResponseFormat<T>(Func<string, T?> Parse, string Expected)
    where T : class;
