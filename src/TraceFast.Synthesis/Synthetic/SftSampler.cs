using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>Samples one instruction and its answer: what <see cref="QuadSampler"/> does for two.</summary>
internal sealed class SftSampler(SynthOptions options, SynthScope scope)
{
    private const int Attempts = 60;

    public SynthSample? Sample(long index, DropCounts drops)
    {
        SeededRandom random = SynthStream.Of(options, scope, index);
        (Language language, int count) = SynthStream.TurnOf(options, index);
        for (int n = 0; n < Attempts; n++)
        {
            ConstraintSampler sampler = new(scope, random, language, options.IsBrief);
            if (sampler.Sample(count) is not { } constraints || !scope.AllowsCombination(constraints))
            {
                drops.Add(DropReason.NoContrast);
                continue;
            }

            random.Shuffle(constraints);
            List<int> broken = Breaking.Sample(sampler, constraints, [], options.Obey, random, out List<Constraint> obeyed);
            if (sampler.Writer.Write(obeyed) is { } response && IsAsMeant(constraints, broken, response))
                return State(sampler, constraints, response.Text, broken, index);
            drops.Add(DropReason.NotWritten);
        }

        return null;
    }

    /// <summary>Whether those that are to be broken are, and no others.</summary>
    private static bool IsAsMeant(List<Constraint> constraints, List<int> broken, Response response)
    {
        for (int n = 0; n < constraints.Count; n++)
        {
            if (constraints[n].Check(response).IsObeyed == broken.Contains(n))
                return false;
        }

        return true;
    }

    private SynthSample State(ConstraintSampler sampler, List<Constraint> constraints, string response, List<int> broken, long index)
    {
        Language language = sampler.Language;
        SeededRandom random = sampler.Context.Random;
        InstructionForm form = InstructionForm.Sample(sampler.Topic, language, random);
        StatedConstraint[] stated = [.. constraints.Select(c => new StatedConstraint(c, scope.Phrase(c, language, random)!))];
        return new SynthSample(stated.Length > 0 ? form.Write(stated, language) : form.Opening, response, stated, broken)
        {
            Language = language, Topic = sampler.Topic.Name, Seed = options.Seed, Index = index,
        };
    }
}

/// <summary>
/// One instruction with an answer, for supervised training: {"prompt", "response", "language", "topic", "constraints", "broken", "source",
/// "seed", "index"}.
/// </summary>
/// <param name="Prompt">The instruction.</param>
/// <param name="Response">Obeys the constraints, but for those that are broken.</param>
/// <param name="Constraints">In the order in which the prompt states them.</param>
/// <param name="Broken">Numbers of the constraints that the response was made to break.</param>
public sealed record SynthSample(string Prompt, string Response, IReadOnlyList<StatedConstraint> Constraints, IReadOnlyList<int> Broken)
{
    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public Language Language { get; init; }

    public string Topic { get; init; } = "";

    public ulong Seed { get; init; }

    public long Index { get; init; }

    /// <summary>A record with at least "prompt", "response" and "constraints".</summary>
    /// <exception cref="ConstraintException">A key is missing or not what it should be, or a constraint is invalid.</exception>
    public static SynthSample Read(JsonElement json) => new(
        QuadJson.Require(json, "prompt"), QuadJson.Require(json, "response"), QuadJson.Constraints(json, "constraints", required: true),
        QuadJson.Numbers(json, "broken"))
    {
        Language = QuadJson.Find(json, "language") is { } code ? Languages.Of(code) : Language.English,
        Topic = QuadJson.Find(json, "topic") ?? "",
    };

    /// <summary>The line without its line end.</summary>
    public string ToLine()
    {
        ArrayBufferWriter<byte> buffer = new();
        Write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Appends the line in UTF-8, without its line end.</summary>
    public void Write(IBufferWriter<byte> buffer)
    {
        using Utf8JsonWriter json = new(buffer, s_options);
        json.WriteStartObject();
        json.WriteString("prompt", Prompt);
        json.WriteString("response", Response);
        json.WriteString("language", Languages.CodeOf(Language));
        json.WriteString("topic", Topic);
        json.WriteStartArray("constraints");
        foreach (StatedConstraint constraint in Constraints)
            ConstraintJson.Write(json, constraint);
        json.WriteEndArray();
        if (Broken.Count > 0)
        {
            json.WriteStartArray("broken");
            foreach (int number in Broken)
                json.WriteNumberValue(number);
            json.WriteEndArray();
        }

        json.WriteString("source", SynthGenerator.Name);
        json.WriteNumber("seed", Seed);
        json.WriteNumber("index", Index);
        json.WriteEndObject();
    }
}
