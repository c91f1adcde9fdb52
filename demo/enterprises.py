"""The invented group on paper: its 14 enterprises and the committees and 总支 that each has."""

from dataclasses import dataclass

OFFICE = "综合办公室 党群工作部 人力资源部 财务资产部 战略发展部 纪检监察部 审计部 法务合规部 安全环保部 市场营销部"
POWER = "运行一值 运行二值 运行三值 运行四值 汽机 锅炉 电气 热控 燃料 化学 除灰脱硫 生产技术 安全监察"
MINING = "综采一队 综采二队 掘进一队 掘进二队 机电 通风 运输 地测 调度 洗选 安监 救护队 生活服务"
LINES = "线路一工区 线路二工区 变电安装 土建 调试 物资 带电作业 电缆 机械化"
CHEMISTRY = "合成 气化 净化 空分 聚合 储运 仪表 电修 机修 质检中心 消防队 水汽 环保"
RAILWAY = "机务 车务 工务 电务 车辆 装车站 调度所 货运 信号 大修"
WORKSHOPS = "铸造 锻压 焊接 机加工 热处理 总装 工具 质量 设备 研发 售后服务 仓储"
PROJECTS = "第一项目部 第二项目部 第三项目部 第四项目部 安装 机械设备 测量 预制厂 造价 工程管理"
SITES = "青岗风电场 望海风电场 白杨光伏电站 石滩光伏电站 集控中心 检修班 开发 储能"
HEAT = "热源厂 管网 客户服务 稽查 抢修 计量 收费大厅"
DESIGN = "电气设计 土建设计 勘测 总图 环评 技经 数字化 岩土"
FINANCE = "信贷 结算 风险管理 信息科技 投资"
SERVICES = "餐饮 物业一部 物业二部 车队 绿化 幼儿园 招待所 医务所"
RESEARCH = "材料 燃烧 自动化 标准情报 检测中心 中试基地"


@dataclass(frozen=True)
class Plan:
    """`weight` is the enterprise's share of the branches; `topics` name them.

    `committees` and `general_branches` are the 党委 and 党总支 directly below the enterprise's own 党委.
    """

    name: str
    short: str
    weight: int
    topics: str
    committees: tuple[str, ...] = ()
    general_branches: tuple[str, ...] = ()


HEADQUARTERS = Plan("岚岳能源集团有限公司", "岚岳集团", 22, OFFICE, ("机关",), ("离退休",))
SUBSIDIARIES = (
    Plan("岚岳发电有限公司", "岚岳发电", 44, POWER, ("东麓电厂", "西河电厂"), ("运行", "检修")),
    Plan("岚岳煤业有限公司", "岚岳煤业", 48, MINING, ("青石沟煤矿", "柳坪煤矿"), ("采掘", "洗选")),
    Plan("岚岳送变电工程有限公司", "岚岳送变电", 22, LINES, (), ("输电",)),
    Plan("岚岳化工有限公司", "岚岳化工", 34, CHEMISTRY, ("临江化工厂",), ("生产", "储运")),
    Plan("岚岳铁路运输有限公司", "岚岳铁运", 24, RAILWAY, (), ("机务", "车务")),
    Plan("岚岳装备制造有限公司", "岚岳装备", 28, WORKSHOPS, ("重型机械厂",), ("铸锻", "装配")),
    Plan("岚岳建设工程有限公司", "岚岳建设", 20, PROJECTS, (), ("项目",)),
    Plan("岚岳新能源有限公司", "岚岳新能源", 12, SITES),
    Plan("岚岳热力有限公司", "岚岳热力", 12, HEAT, (), ("供热",)),
    Plan("岚岳勘察设计研究院有限公司", "岚岳设计院", 9, DESIGN),
    Plan("岚岳集团财务有限公司", "岚岳财务", 4, FINANCE),
    Plan("岚岳物业服务有限公司", "岚岳物业", 10, SERVICES, (), ("后勤",)),
    Plan("岚岳技术研究院有限公司", "岚岳研究院", 7, RESEARCH),
)  # fmt: skip
