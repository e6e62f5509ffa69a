using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>Records as lines of JSON, as TraceFast.Data reads them.</summary>
internal static class RecordJson
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A list of {"role", "content"}.</summary>
    public static JsonArray Messages(IEnumerable<Message> messages) => new(
    [
        .. messages.Select(m => new JsonObject { ["role"] = RoleOf(m.Role), ["content"] = m.Content }),
    ]);

    public static string RoleOf(Role role) => role switch { Role.System => "system", Role.User => "user", _ => "assistant" };

    public static void WriteLine(Stream output, JsonObject record) =>
        output.Write(Encoding.UTF8.GetBytes(record.ToJsonString(s_options) + "\n"));
}
