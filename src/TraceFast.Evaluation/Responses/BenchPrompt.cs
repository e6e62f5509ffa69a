using TraceFast.Data;

namespace TraceFast.Evaluation.Responses;

/// <summary>A prompt of a benchmark as a model is asked it.</summary>
/// <param name="Id">Its response carries it as "id".</param>
/// <param name="Messages">Ends with the user's message.</param>
public sealed record BenchPrompt(string Id, IReadOnlyList<Message> Messages)
{
    /// <summary>A prompt of one turn.</summary>
    public static BenchPrompt Of(string id, string instruction) => new(id, [new Message(Role.User, instruction)]);

    /// <summary>The file that holds a benchmark's prompts.</summary>
    /// <exception cref="InputException">None is named.</exception>
    internal static string DataOf(string? data) =>
        data ?? throw new InputException("the benchmark's prompts are not named; add --data with its own file");
}
