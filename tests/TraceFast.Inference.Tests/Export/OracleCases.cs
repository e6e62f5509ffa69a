using System.Text.Json;

namespace TraceFast.Inference.Tests.Export;

/// <summary>The model families of the reference data made with transformers.</summary>
internal static class OracleCases
{
    public static readonly string[] Families =
    [
        "gemma2", "gemma3_text", "granite", "llama_bf16", "llama_gqa", "llama_headdim_mha", "llama_rope_linear", "llama_rope_llama3",
        "llama_sharded", "llama_tied_bias", "mistral_swa", "olmo2", "phi3", "qwen2_f16", "qwen2_swa", "qwen2_tied", "qwen2_untied",
        "qwen2_yarn", "qwen3_tied", "qwen3_untied", "smollm3",
    ];

    public static readonly string[] Lora =
    [
        "llama__layer1_only", "llama__lm_head_saved", "llama__r4_qv", "llama__r8_all", "llama__rslora", "qwen2__patterns",
        "qwen2__r8_all", "qwen3__all_linear", "qwen3__r8_all",
    ];

    public static string Folder(string kind, string name) => Oracles.Require("oracles", "hf", kind, name);

    public static string Model(string name) => Folder("models", name);

    /// <summary>The folder of the base model that an adapter was made for.</summary>
    public static string Base(string lora) =>
        Oracles.Require(["oracles", "hf", .. Entry("lora", lora).GetProperty("base").GetString()!.Split('/')]);

    private static JsonElement Entry(string kind, string name)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Oracles.Require("oracles", "hf", "index.json")));
        return index.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("path").GetString() == $"{kind}/{name}")
            .Clone();
    }
}
