using System.Globalization;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Synthesis.Model;

/// <summary>Asks a judge which demands an answer meets, all in one call (<see cref="QuadPrompts.CheckAnswer"/>).</summary>
internal static class DemandCheck
{
    /// <param name="demands">At least one; the verdicts are in their order.</param>
    /// <exception cref="Endpoint.EndpointException">No further call will be answered either.</exception>
    public static Task<ParsedResponse<Verdicts>> AskAsync(
        StructuredChat judge, string instruction, IReadOnlyList<string> demands, string answer, CancellationToken cancel)
    {
        string prompt = judge.Prompts.Get(QuadPrompts.CheckAnswer).Fill(
            ("instruction", instruction),
            ("demands", string.Join('\n', demands.Select((d, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}: {d}")))),
            ("response", answer), ("fence", Delimiter.Of(answer)), ("count", demands.Count.ToString(CultureInfo.InvariantCulture)));
        return judge.AskAsync(prompt, VerdictFormats.Numbered(demands.Count), cancel);
    }
}
