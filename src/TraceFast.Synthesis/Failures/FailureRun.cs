using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;

namespace TraceFast.Synthesis.Failures;

/// <summary>A prompt of a record, to be sampled from.</summary>
/// <param name="Side">1 or 2 of a quad; 0: the record has one prompt.</param>
/// <param name="Answer">The data's; null: none.</param>
public sealed record FailurePrompt(
    JsonLine Record, int Side, IReadOnlyList<Message> Before, string Prompt, IReadOnlyList<StatedConstraint> Constraints, string? Answer)
{
    public IReadOnlyList<Message> Messages => [.. Before, new Message(Role.User, Prompt)];

    /// <summary>All of it as one text.</summary>
    public string Conversation => Before.Count == 0 ? Prompt
        : string.Join("\n\n", Messages.Select(m => $"{m.Role.ToString().ToLowerInvariant()}: {m.Content}"));
}

/// <summary>What a run wrote.</summary>
/// <param name="Written">Pairs, or quads with a failure.</param>
/// <param name="Empty">Rejected answers that are empty.</param>
public sealed record FailureReport(
    int Prompts, int Samples, int Passing, int Written, int Empty, IReadOnlyList<(FailureOutcome Outcome, int Count)> Outcomes);

/// <summary>
/// Pairs and quads from samples (<see cref="OwnFailures"/>). Pairs: {"prompt", "chosen", "rejected", "chosen_from": "sample" | "data",
/// "broken", "reasons", "constraints", "origin"}. Quads: the record with "failed1", "failed2", "passed1", "passed2" where a sample of that
/// side fails or passes.
/// </summary>
public static class FailureRun
{
    /// <summary>The prompts of a file whose records list their constraints, those of a quad one after the other.</summary>
    /// <param name="limit">Records that are read; null: all.</param>
    /// <exception cref="InputException">A record is not what it should be; file:line.</exception>
    public static IReadOnlyList<FailurePrompt> Prompts(IEnumerable<string> files, int? limit) =>
        [.. files.SelectMany(JsonLines.Read).Take(limit ?? int.MaxValue).SelectMany(Read)];

    /// <param name="samples">Of each prompt.</param>
    /// <param name="checks">Of these samples.</param>
    /// <param name="asQuads">Quads with further cells, not pairs.</param>
    /// <exception cref="InputException">Quads are asked for, and a record is none.</exception>
    public static FailureReport Write(
        IReadOnlyList<FailurePrompt> prompts, IReadOnlyList<IReadOnlyList<string>> samples, AnswerChecks checks, bool asQuads, ulong seed,
        string target)
    {
        PromptFailures[] failures =
        [
            .. prompts.Select((p, i) => OwnFailures.Of(
                samples[i], p.Answer, checks.Checks(i) ? answer => checks.Of(i, answer) : null, SeededRandom.Split(seed, (ulong)i))),
        ];
        JsonObject[] lines = asQuads ? Quads(prompts, failures) : [.. prompts.Zip(failures, Pair).OfType<JsonObject>()];
        RecordFile.Write(target, output =>
        {
            foreach (JsonObject line in lines)
                RecordJson.WriteLine(output, line);
        });
        return new FailureReport(
            prompts.Count, samples.Sum(s => s.Count), failures.Sum(f => f.Passing), lines.Length,
            failures.Count(f => f is { Failed.Text: "" } && (asQuads || f.Chosen is not null)),
            [.. failures.GroupBy(f => f.Outcome).OrderBy(g => g.Key).Select(g => (g.Key, g.Count()))]);
    }

    private static IEnumerable<FailurePrompt> Read(JsonLine line)
    {
        try
        {
            if (QuadFileCheck.Keys.Any(line.Has))
            {
                Quad quad = QuadJson.Read(line.Record);
                return
                [
                    new(line, 1, quad.Before, quad.X1, [.. quad.Constraints1, .. quad.Unchecked], quad.Y1),
                    new(line, 2, quad.Before, quad.X2, [.. quad.Constraints2, .. quad.Unchecked], quad.Y2),
                ];
            }
            if (!line.Has("constraints"))
                throw line.Error(
                    "the record lists no constraints; expected a quad with \"constraints1\" and \"constraints2\", or {\"prompt\", "
                        + "\"constraints\"}, as data synth, data quads and data relabel write them");
            return
            [
                new(line, 0, [], QuadJson.Require(line.Record, "prompt"), QuadJson.Constraints(line.Record, "constraints", required: true),
                    QuadJson.Find(line.Record, "response")),
            ];
        }
        catch (ConstraintException e)
        {
            throw line.Error(e.Message);
        }
    }

    private static JsonObject? Pair(FailurePrompt prompt, PromptFailures failures)
    {
        if (failures is not { Failed: { } failed, Chosen: { } chosen })
            return null;
        bool isChat = prompt.Before.Count > 0;
        return new JsonObject
        {
            ["prompt"] = isChat ? RecordJson.Messages(prompt.Messages) : prompt.Prompt,
            ["chosen"] = isChat ? RecordJson.Messages([new Message(Role.Assistant, chosen.Text)]) : chosen.Text,
            ["rejected"] = isChat ? RecordJson.Messages([new Message(Role.Assistant, failed.Text)]) : failed.Text,
            ["chosen_from"] = failures.Outcome == FailureOutcome.AgainstSample ? "sample" : "data",
            ["broken"] = new JsonArray([.. failed.Broken.Select(n => JsonValue.Create(n))]),
            ["reasons"] = new JsonArray([.. failed.Reasons.Select(r => JsonValue.Create(r))]),
            ["constraints"] = new JsonArray([.. prompt.Constraints.Select(Json)]),
            ["origin"] = prompt.Record.Origin.ToString(),
        };
    }

    /// <summary>Quads of which at least one side has a failure.</summary>
    private static JsonObject[] Quads(IReadOnlyList<FailurePrompt> prompts, PromptFailures[] failures)
    {
        if (prompts.FirstOrDefault(p => p.Side == 0) is { } other)
            throw other.Record.Error("the record is no quad; expected quads, whose further cells are asked for");
        List<JsonObject> lines = [];
        for (int i = 0; i < prompts.Count; i += 2)
        {
            JsonObject json = JsonNode.Parse(prompts[i].Record.Record.GetRawText())!.AsObject();
            for (int side = 0; side < 2; side++)
            {
                Set(json, $"failed{side + 1}", failures[i + side].Failed);
                Set(json, $"passed{side + 1}", failures[i + side].Passed);
            }
            if (failures[i].Failed is not null || failures[i + 1].Failed is not null)
                lines.Add(json);
        }
        return [.. lines];

        static void Set(JsonObject json, string key, CheckedAnswer? answer)
        {
            json.Remove(key);
            if (answer is not null)
                json[key] = answer.Text;
        }
    }

    private static JsonNode? Json(StatedConstraint constraint)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
            ConstraintJson.Write(json, constraint);
        return JsonNode.Parse(buffer.ToArray());
    }
}
