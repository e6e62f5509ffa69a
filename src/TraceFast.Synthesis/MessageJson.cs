using System.Text.Json.Nodes;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>Messages as a JSON list of {"role", "content"}, as TraceFast.Data reads them.</summary>
internal static class MessageJson
{
    public static JsonArray Of(IEnumerable<Message> messages) => new(
    [
        .. messages.Select(m => new JsonObject { ["role"] = RoleOf(m.Role), ["content"] = m.Content }),
    ]);

    public static string RoleOf(Role role) => role switch { Role.System => "system", Role.User => "user", _ => "assistant" };
}
