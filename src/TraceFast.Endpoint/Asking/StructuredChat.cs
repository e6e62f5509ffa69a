using System.Text.RegularExpressions;

namespace TraceFast.Endpoint.Asking;

/// <summary>
/// Asks a model for answers of a form. An answer is parsed strictly; one in another form is sent back once with the form that is expected;
/// what then has no such form, or gets no answer at all, is undecided. Safe for many calls at once.
/// </summary>
/// <param name="endpoint">The model.</param>
/// <param name="prompts">What it is asked.</param>
/// <param name="temperature">Of questions that do not name their own; null: none is sent (some models refuse it).</param>
public sealed partial class StructuredChat(IChatEndpoint endpoint, PromptLibrary prompts, double? temperature = 0)
{
    private int _decided, _repaired, _undecided;

    public PromptLibrary Prompts { get; } = prompts;

    /// <summary>Answers that were parsed, those after a plea among them.</summary>
    public int Decided => _decided;

    /// <summary>Answers that were parsed after a plea only.</summary>
    public int Repaired => _repaired;

    public int Undecided => _undecided;

    /// <exception cref="EndpointException">The endpoint answers nobody (wrong key or address, down): there is no use in going
    /// on.</exception>
    public Task<ParsedResponse<T>> AskAsync<T>(string prompt, ResponseFormat<T> form, CancellationToken cancel)
        where T : class => AskAsync(ChatRequest.Of(prompt) with { Temperature = temperature }, form, cancel);

    /// <inheritdoc cref="AskAsync{T}(string, ResponseFormat{T}, CancellationToken)"/>
    public async Task<ParsedResponse<T>> AskAsync<T>(ChatRequest request, ResponseFormat<T> form, CancellationToken cancel)
        where T : class
    {
        ParsedResponse<T> answer = await DecideAsync(request, form, cancel).ConfigureAwait(false);
        Interlocked.Increment(ref answer.IsDecided ? ref _decided : ref _undecided);
        return answer;
    }

    private async Task<ParsedResponse<T>> DecideAsync<T>(ChatRequest request, ResponseFormat<T> form, CancellationToken cancel)
        where T : class
    {
        string said = "";
        try
        {
            ChatAnswer first = await endpoint.AskAsync(request, cancel).ConfigureAwait(false);
            said = first.Text;
            if (Parse(first, form) is { } value)
                return new ParsedResponse<T>(value, said);
            string plea = Prompts.Get(PromptName.Repair).Fill(("form", form.Expected));
            ChatAnswer second = await endpoint.AskAsync(request.Then(said, plea), cancel).ConfigureAwait(false);
            said = second.Text;
            if (Parse(second, form) is { } mended)
            {
                Interlocked.Increment(ref _repaired);
                return new ParsedResponse<T>(mended, said);
            }

            return new ParsedResponse<T>(
                null, said,
                second.IsCut
                    ? "the model's answer was cut off at its token limit"
                    : $"the model's answer has not the form asked for ({form.Expected})");
        }
        catch (EndpointException e) when (e is EndpointRefusedException or EndpointUnavailableException or EndpointProtocolException)
        {
            return new ParsedResponse<T>(null, said, $"the model gave no answer: {e.Message}") { IsAnswered = false };
        }
    }

    private static T? Parse<T>(ChatAnswer answer, ResponseFormat<T> form)
        where T : class => answer.IsCut ? null : form.Parse(Thought().Replace(answer.Text, ""));

    /// <summary>What a reasoning model thinks before it answers, where the server leaves it in the text.</summary>
    [GeneratedRegex(@"\A\s*<think>.*?</think>\s*", RegexOptions.Singleline)]
    private static partial Regex Thought();
}
