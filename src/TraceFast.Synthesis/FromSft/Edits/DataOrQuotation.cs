using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>A short answer as a JSON object with one key, or in quotation marks: what programs ask for that read answers. Longer texts are not data.</summary>
internal sealed class DataOrQuotation : Edit
{
    private const int LongestData = 25; // words or 字

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> OwnMarks = SearchValues.Create("\"“”\n{[");

    private static readonly string[] Keys = ["answer", "result", "output", "response"];

    public override string Name => "data_or_quotation";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        string text = answer.Response.Text.Trim();
        if (!exchange.Demands.IsClosed || exchange.Demands.IsCreative || exchange.Demands.IsCode || answer.Length > LongestData || text.AsSpan().ContainsAny(OwnMarks) || exchange.Prompt.Contains("JSON", StringComparison.OrdinalIgnoreCase) || exchange.Prompt.Contains("quot", StringComparison.OrdinalIgnoreCase))
            return null;
        string key = random.Pick(Keys);
        string json = $"{{\"{key}\": {JsonSerializer.Serialize(text, Readable)}}}";
        string quoted = exchange.Language == Language.Chinese ? $"“{text}”" : $"\"{text}\"";
        return new(Of("json_object", ("keys", new[] { key })), json, Of("quoted_whole"), quoted);
    }
}
