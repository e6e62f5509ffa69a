using System.Text.Json;
using TraceFast.Kernels;
using TraceFast.PtxInterpreter;
using TraceFast.Tests;

namespace TraceFast.Models.Tests;

/// <summary>The cases of the reference data made with transformers and PEFT, and their recommended tolerances.</summary>
internal static class OracleCases
{
    public static readonly string[] Families =
    [
        "gemma2", "gemma3_text", "granite", "llama_bf16", "llama_gqa", "llama_headdim_mha", "llama_rope_linear", "llama_rope_llama3",
        "llama_sharded", "llama_tied_bias", "mistral_swa", "olmo2", "phi3", "qwen2_f16", "qwen2_swa", "qwen2_tied", "qwen2_untied",
        "qwen2_yarn", "qwen3_tied", "qwen3_untied", "smollm3",
    ];

    public static readonly string[] WithGradients = ["llama_gqa", "llama_tied_bias", "qwen2_tied", "qwen3_untied"];

    public static readonly string[] Lora =
    [
        "llama__layer1_only", "llama__lm_head_saved", "llama__r4_qv", "llama__r8_all", "llama__rslora", "qwen2__patterns",
        "qwen2__r8_all", "qwen3__all_linear", "qwen3__r8_all",
    ];

    public static readonly string[] EndToEnd = ["llama", "qwen2", "qwen3"];

    public static string Folder(string kind, string name) => Oracles.Require("oracles", "hf", kind, name);

    public static string Model(string name) => Folder("models", name);

    /// <summary>The folder of a base model that index.json names relative to its own.</summary>
    public static string Base(JsonElement entry) =>
        Oracles.Require(["oracles", "hf", .. entry.GetProperty("base").GetString()!.Split('/')]);

    /// <summary>The case's entry in index.json.</summary>
    public static JsonElement Entry(string kind, string name)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Oracles.Require("oracles", "hf", "index.json")));
        return index.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("path").GetString() == $"{kind}/{name}")
            .Clone();
    }

    public static double Tolerance(JsonElement entry, string key) =>
        entry.GetProperty("recommended_tolerance").GetProperty(key).GetDouble();

    public static TheoryData<string> Data(IEnumerable<string> names) => new(names);

    /// <summary>Every name with every set of kernels of the CPU; some with the CUDA kernels too, which take seconds a case.</summary>
    public static TheoryData<string, string> WithKernels(IEnumerable<string> names, params string[] interpreted)
    {
        TheoryData<string, string> cases = [];
        foreach (string name in names)
            foreach (string kernels in Kernels.Keys.Where(k => k != InterpretedCuda.Kernels.Name || interpreted.Contains(name)))
                cases.Add(name, kernels);
        return cases;
    }

    /// <summary>The sets of kernels that a model on the CPU may be built with; CUDA's by an interpreter of their PTX.</summary>
    public static readonly IReadOnlyDictionary<string, KernelSet> Kernels =
        new[] { KernelSet.Tiled, KernelSet.Cpu, InterpretedCuda.Kernels }.ToDictionary(k => k.Name);
}
