using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis.FromResponses;

namespace TraceFast.Synthesis.FromSft;

/// <summary>
/// Quads from SFT data: x1 is a record's prompt with a constraint that an answer obeys; x2 is the same prompt with that constraint
/// perturbed; y2 is a candidate that obeys it and violates the first: the answer of another record to the same prompt (blanks, case and
/// marks aside), or an edit of the answer that stays sensible.
/// </summary>
/// <param name="records">In the order of the file; they are held, since answers to one prompt may be far apart.</param>
/// <param name="seed">Samples which edit is made, and in which words it is asked for.</param>
public sealed class SftQuads(IEnumerable<SftRecord> records, ulong seed) : IQuadGenerator
{
    private const int MostConstraints = 3;

    private readonly Dictionary<string, int> _edits = [];

    public string Source => "sft";

    public IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation)
    {
        ContrastSampler contrast = new();
        Dictionary<UInt128, (Exchange Exchange, string Answer)> earlier = [];
        long index = 0;
        foreach (SftRecord record in records)
        {
            cancellation.ThrowIfCancellationRequested();
            SeededRandom random = SeededRandom.Split(seed, (ulong)index);
            if (Read(record, out DropReason reason) is not (Exchange exchange, string answer))
            {
                drops.Add(reason);
            }
            else
            {
                UInt128 prompt = TextHash.Of(new string([.. exchange.Before.Select(m => m.Content).Append(exchange.Prompt)
                    .SelectMany(t => t).Where(char.IsLetterOrDigit)]));
                Quad? quad = earlier.TryGetValue(prompt, out (Exchange Exchange, string Answer) other)
                    ? OfTwoAnswers(exchange, other.Answer, answer, contrast, random) : null;
                earlier.TryAdd(prompt, (exchange, answer));
                quad ??= OfEdit(exchange, answer, random);
                if (quad is null)
                    drops.Add(DropReason.NoContrast);
                else
                    yield return quad with { Language = exchange.Language, Before = exchange.Before, Source = Source,
                        Origin = exchange.Origin.ToString(), Seed = seed, Index = index };
            }

            index++;
        }
    }

    private static (Exchange Exchange, string Answer)? Read(SftRecord record, out DropReason reason)
    {
        reason = DropReason.NotOneAnswer;
        if (record.Conversation is not [.., { Role: Role.User, Content: var prompt }, { Role: Role.Assistant, Content: var answer }]
            || record.Conversation.Count(m => m.Role == Role.Assistant) > 1)
            return null;
        reason = DropReason.BesideText;
        if (record.Variables is not null || record.Messages.Any(m => m.Thought is not null))
            return null;
        reason = DropReason.UnsoundAnswer;
        if (Exchange.LanguageOf(prompt) is not { } language || !AnswerQuality.IsSound(answer, language))
            return null;
        return (new Exchange(record.Origin, prompt, language) { Before = [.. record.Conversation.SkipLast(2)] }, answer);
    }

    private static Quad? OfTwoAnswers(Exchange exchange, string first, string second, ContrastSampler contrast, SeededRandom random)
    {
        AnswerShape one = new(first, exchange.Language), other = new(second, exchange.Language);
        IReadOnlyList<Constraint> own = contrast.Sample(one, other, exchange, MostConstraints, random),
            others = contrast.Sample(other, one, exchange, MostConstraints, random);
        return own.Count == 0 || others.Count == 0 ? null : Write(exchange, own, first, others, second, random);
    }

    private Quad? OfEdit(Exchange exchange, string answer, SeededRandom random)
    {
        AnswerShape shape = new(answer, exchange.Language);
        (Edit Edit, EditedAnswers Answers)[] possible =
            [.. Edit.All.Select(e => (Edit: e, Answers: e.Make(exchange, shape, random))).Where(e => e.Answers is not null)
            .Select(e => (e.Edit, e.Answers!))];
        if (possible.Length == 0)
            return null;
        // the edit that was made least so far; records decide, so that the order of edits does not
        (Edit edit, EditedAnswers answers) = possible.MinBy(p => (_edits.GetValueOrDefault(p.Edit.Name), p.Edit.Name));
        _edits[edit.Name] = _edits.GetValueOrDefault(edit.Name) + 1;
        return random.Chance(0.5)
            ? Write(exchange, [answers.First], answers.Answer1, [answers.Second], answers.Answer2, random)
            : Write(exchange, [answers.Second], answers.Answer2, [answers.First], answers.Answer1, random);
    }

    private static Quad Write(Exchange exchange, IReadOnlyList<Constraint> own, string y1, IReadOnlyList<Constraint> others, string y2,
        SeededRandom random)
    {
        StatedConstraint[] stated1 = Instruction.State(own, exchange.Language, random),
            stated2 = Instruction.State(others, exchange.Language, random);
        return new Quad(Instruction.Write(exchange.Prompt, stated1, exchange.Language, random), y1,
            Instruction.Write(exchange.Prompt, stated2, exchange.Language, random), y2, stated1, stated2);
    }
}
