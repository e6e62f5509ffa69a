using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis.FromResponses;

namespace TraceFast.Synthesis.FromPreference;

/// <summary>
/// Quads from preference data: what the chosen answer obeys and the rejected one violates is written into x1, the reverse into x2. Both
/// answers stay as they are. Records that are answered in another language, are cut off or already fix what could be asked are given up and
/// counted.
/// </summary>
/// <param name="records">In the order of the file.</param>
/// <param name="seed">Samples which of the contrasts are written, and in which words.</param>
public sealed class PreferenceQuads(IEnumerable<PairRecord> records, ulong seed) : IQuadGenerator
{
    private const int MostConstraints = 3;

    public string Source => "preference";

    public IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation)
    {
        ContrastSampler contrast = new();
        long index = 0;
        foreach (PairRecord record in records)
        {
            cancellation.ThrowIfCancellationRequested();
            SeededRandom random = SeededRandom.Split(seed, (ulong)index);
            if (Read(record, out DropReason reason) is not (Exchange exchange, string chosen, string rejected))
            {
                drops.Add(reason);
            }
            else if (Make(exchange, chosen, rejected, contrast, random) is { } quad)
            {
                yield return quad with { Seed = seed, Index = index };
            }
            else
            {
                drops.Add(DropReason.NoContrast);
            }

            index++;
        }
    }

    private static (Exchange Exchange, string Chosen, string Rejected)? Read(PairRecord record, out DropReason reason)
    {
        reason = DropReason.NotOneAnswer;
        if (record.Prompt is not Prompt.Chat { Messages: [.., { Role: Role.User, Content: var prompt }] messages }
            || record.Chosen is not Data.Response.Text { Content: var chosen }
            || record.Rejected is not Data.Response.Text { Content: var rejected })
            return null;
        reason = DropReason.BesideText;
        if (record.Variables is not null || record.Messages.Any(m => m.Thought is not null))
            return null;
        reason = DropReason.UnsoundAnswer;
        if (Exchange.LanguageOf(prompt) is not { } language || !AnswerQuality.IsSound(chosen, language)
            || !AnswerQuality.IsSound(rejected, language))
            return null;
        return (new Exchange(record.Origin, prompt, language) { Before = [.. messages.SkipLast(1)] }, chosen, rejected);
    }

    private Quad? Make(Exchange exchange, string chosen, string rejected, ContrastSampler contrast, SeededRandom random)
    {
        AnswerShape first = new(chosen, exchange.Language), second = new(rejected, exchange.Language);
        IReadOnlyList<Constraint> own = contrast.Sample(first, second, exchange, MostConstraints, random);
        IReadOnlyList<Constraint> others = own.Count == 0 ? [] : contrast.Sample(second, first, exchange, MostConstraints, random);
        if (own.Count == 0 || others.Count == 0)
            return null;
        StatedConstraint[] stated1 = Instruction.State(own, exchange.Language, random),
            stated2 = Instruction.State(others, exchange.Language, random);
        return new Quad(
            Instruction.Write(exchange.Prompt, stated1, exchange.Language, random), chosen,
                Instruction.Write(exchange.Prompt, stated2, exchange.Language, random), rejected, stated1, stated2)
        {
            Language = exchange.Language,
            Before = exchange.Before,
            Source = Source,
            Origin = exchange.Origin.ToString(),
        };
    }
}
