// Draws the charts of a page from the tables beside them: the table is the truth, the picture a view of it.
(() => {
  "use strict";
  const type = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const colours = ["#c0554d", "#e0a458", "#5b7f95", "#7a9e7e"];

  const read = (table) => {
    const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
    return { heads, names: rows.map((row) => row[0]), values: heads.map((_, i) => rows.map((row) => Number(row[i + 1]))) };
  };

  const shorten = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

  const draw = (place) => {
    const data = read(document.getElementById(place.dataset.chart));
    const narrow = place.clientWidth < 520;
    place.classList.add(`chart-rows-${Math.min(24, Math.max(3, data.names.length))}`);
    const chart = echarts.init(place);
    chart.setOption({
      animation: false,
      color: colours,
      textStyle: { fontFamily: type },
      aria: { enabled: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true },
      legend: { show: data.heads.length > 1, top: 0, left: 0, itemWidth: 12, itemHeight: 12 },
      grid: { left: 4, right: 44, top: data.heads.length > 1 ? 34 : 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", minInterval: 1, axisLabel: { color: "#6b6660", hideOverlap: true }, splitLine: { lineStyle: { color: "#ece8e2" } } },
      yAxis: {
        type: "category",
        inverse: true,
        data: data.names,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: "#d8d2c8" } },
        axisLabel: { color: "#3d3935", formatter: (name) => shorten(name, narrow ? 7 : 14) },
      },
      series: data.heads.map((head, i) => ({
        name: head,
        type: "bar",
        stack: "all",
        barMaxWidth: 18,
        data: data.values[i],
        label: i === data.heads.length - 1
          ? { show: true, position: "right", color: "#3d3935", formatter: (at) => String(data.values.reduce((sum, row) => sum + row[at.dataIndex], 0)) }
          : { show: false },
      })),
    });
    window.addEventListener("resize", () => chart.resize());
  };

  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
})();
