using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.Synthetic;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Synthesis.Hindsight;

/// <summary>
/// One record through the <see cref="HindsightRewriter"/>. Records that list their constraints ("constraints1" and "constraints2", or
/// "constraints", as <c>data synth</c> and <c>data quads</c> write them) keep their lists, and are checked by them; of others the
/// instructions are read. Every other key stays.
/// </summary>
internal static class HindsightRecord
{
    private static readonly string[] s_rewritten =
    [
        "x1", "x2", "constraints1", "constraints2", "broken1", "broken2", "relabeled1", "relabeled2", "prompt", "constraints", "broken",
        "relabeled",
    ];

    /// <summary>Whether a record lists its constraints.</summary>
    public static bool Lists(JsonLine line) => IsQuad(line) || line.Has("constraints");

    /// <exception cref="InputException">It is no quad and no instruction with its answer; file:line.</exception>
    public static (JsonObject Json, IReadOnlyList<HindsightRewrite> Rewrites) Rewrite(
        JsonLine line, HindsightRewriter rewriter, SeededRandom random)
    {
        if (!Lists(line))
            throw line.Error("the record lists no constraints, and records before it do; give files of one kind");
        try
        {
            return IsQuad(line) ? Quad(line, rewriter, random) : Sample(line, rewriter, random);
        }
        catch (ConstraintException e)
        {
            throw line.Error(e.Message);
        }
    }

    /// <summary>A record of any layout, whose constraints are read out of its instructions.</summary>
    /// <exception cref="InputException">It is token ids.</exception>
    public static (JsonObject Json, IReadOnlyList<HindsightRewrite> Rewrites) Rewrite(
        TrainingRecord record, HindsightRewriter rewriter, SeededRandom random)
    {
        JsonObject json = [];
        HindsightRewrite[] rewrites;
        switch (record)
        {
            case SftRecord { Conversation: [.., { Role: Role.User } user, { Role: Role.Assistant } assistant] turns }:
                rewrites = [Alone(user.Content, assistant.Content, _ => true)];
                json["messages"] = RecordJson.Messages(
                    [.. turns.SkipLast(2), user with { Content = rewrites[0].Instruction.Text }, assistant]);
                break;
            case PairRecord { Prompt: Prompt.Chat prompt, Chosen: Data.Response.Text chosen, Rejected: Data.Response.Text rejected }:
                string asked = prompt.Messages[^1].Content;
                HindsightInstruction read = HindsightInstruction.Read(asked);
                rewrites = [Alone(asked, chosen.Content, r => HindsightRewriter.KeepsContrast(read, r.Instruction, rejected.Content))];
                json["prompt"] = RecordJson.Messages(Ask(prompt, rewrites[0]));
                json["chosen"] = RecordJson.Messages([chosen.Message]);
                json["rejected"] = RecordJson.Messages([rejected.Message]);
                break;
            case QuadRecord { X1: Prompt.Chat x1, X2: Prompt.Chat x2, Y1: Data.Response.Text y1, Y2: Data.Response.Text y2 }:
                HindsightInstruction first = HindsightInstruction.Read(x1.Messages[^1].Content),
                    second = HindsightInstruction.Read(x2.Messages[^1].Content);
                Quad quad = new(first.Text, y1.Content, second.Text, y2.Content, first.Stated, second.Stated)
                {
                    Language = LanguageOf(first.Text),
                };
                (HindsightRewrite one, HindsightRewrite other) = rewriter.Rewrite(
                    quad, first, second, random,
                    (a, b) => HindsightRewriter.KeepsContrast(second, b.Instruction, y1.Content)
                        && HindsightRewriter.KeepsContrast(first, a.Instruction, y2.Content));
                rewrites = [one, other];
                (json["x1"], json["y1"]) = (RecordJson.Messages(Ask(x1, one)), y1.Content);
                (json["x2"], json["y2"]) = (RecordJson.Messages(Ask(x2, other)), y2.Content);
                break;
            default:
                throw new InputException(
                    $"{record.Origin}: the record is token ids, or has several answers; expected instructions with an answer each");
        }
        json["origin"] = record.Origin.ToString();
        Relabeled(json, rewrites);
        return (json, rewrites);

        HindsightRewrite Alone(string asked, string answer, Func<HindsightRewrite, bool> isGood) => rewriter.Rewrite(
            HindsightInstruction.Read(asked), answer, LanguageOf(asked), topic: null, random, isGood);
    }

    private static bool IsQuad(JsonLine line) => QuadFileCheck.Keys.Any(line.Has);

    private static (JsonObject, IReadOnlyList<HindsightRewrite>) Quad(JsonLine line, HindsightRewriter rewriter, SeededRandom random)
    {
        Quad quad = QuadJson.Read(line.Record);
        (HindsightRewrite first, HindsightRewrite second) = rewriter.Rewrite(
            quad, new HindsightInstruction(quad.X1, quad.Constraints1, []), new HindsightInstruction(quad.X2, quad.Constraints2, []),
            random, (one, other) => QuadCheck.Check(With(quad, one, other)).IsGood);
        return (Edited(line, QuadJson.ToLine(With(quad, first, second)), [first, second]), [first, second]);
    }

    private static Quad With(Quad quad, HindsightRewrite first, HindsightRewrite second) => quad with
    {
        X1 = first.Instruction.Text, Constraints1 = first.Instruction.Stated, Broken1 = first.Broken,
        X2 = second.Instruction.Text, Constraints2 = second.Instruction.Stated, Broken2 = second.Broken,
    };

    private static (JsonObject, IReadOnlyList<HindsightRewrite>) Sample(JsonLine line, HindsightRewriter rewriter, SeededRandom random)
    {
        SynthSample sample = SynthSample.Read(line.Record);
        HindsightRewrite rewrite = rewriter.Rewrite(
            new HindsightInstruction(sample.Prompt, sample.Constraints, []), sample.Response, sample.Language, sample.Topic, random,
            _ => true);
        sample = sample with
        {
            Prompt = rewrite.Instruction.Text, Constraints = rewrite.Instruction.Stated, Broken = rewrite.Broken,
        };
        return (Edited(line, sample.ToLine(), [rewrite]), [rewrite]);
    }

    /// <summary>The record with those keys replaced that rewriting changes.</summary>
    private static JsonObject Edited(JsonLine line, string written, IReadOnlyList<HindsightRewrite> rewrites)
    {
        JsonObject json = JsonNode.Parse(line.Record.GetRawText())!.AsObject(), now = JsonNode.Parse(written)!.AsObject();
        foreach (string key in s_rewritten)
            if (now[key] is { } value)
                json[key] = value.DeepClone();
            else
                json.Remove(key);
        Relabeled(json, rewrites);
        return json;
    }

    private static void Relabeled(JsonObject json, IReadOnlyList<HindsightRewrite> rewrites)
    {
        for (int n = 0; n < rewrites.Count; n++)
            if (rewrites[n].Relabeled.Count > 0)
                json[rewrites.Count == 1 ? "relabeled" : $"relabeled{n + 1}"] = new JsonArray(
                    [.. rewrites[n].Relabeled.Select(r => new JsonObject { ["from"] = r.From, ["to"] = r.To })]);
    }

    private static IReadOnlyList<Message> Ask(Prompt.Chat prompt, HindsightRewrite rewrite) =>
        [.. prompt.Messages.SkipLast(1), prompt.Messages[^1] with { Content = rewrite.Instruction.Text }];

    private static Language LanguageOf(string text) => Exchange.LanguageOf(text) ?? Language.English;
}
